"""`darkroom up`: the UI and the daemon, started once for all of these claims."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dagster as dg
import psutil
import pytest

from tests.orchestration.held_runs import PATIENCE_S, until

if TYPE_CHECKING:
    from tests.orchestration.command_line.conftest import Command


@dataclass(frozen=True)
class Up:
    """What was said and seen while it was up, and after it was told to stop."""

    home: Path
    said: list[str]
    server_info: dict[str, Any]
    children: list[str]
    code: int
    left: list[psutil.Process]


def _daemon(up: int) -> psutil.Process | None:
    """The daemon of a `darkroom up` by its process id, once there is one."""
    for child in psutil.Process(up).children():
        with contextlib.suppress(psutil.NoSuchProcess, psutil.ZombieProcess):
            if "dagster._daemon" in child.cmdline():
                return child
    return None


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Up:
    home = tmp_path_factory.mktemp("up") / "home"
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("DARKROOM_")
    }
    errors = home.parent / "errors"
    with errors.open("wb") as into:
        process = subprocess.Popen(
            [
                *(str(Path(sys.executable).with_name("darkroom")), "up"),
                *("--home", str(home), "--port", "0"),
            ],
            stdout=subprocess.PIPE,
            stderr=into,
            text=True,
            env=environment | {"COLUMNS": "400"},
        )
    assert process.stdout is not None
    said: list[str] = []
    try:
        for line in process.stdout:
            said.append(line.rstrip())
            if "Ctrl-C" in line:
                break
        else:
            pytest.fail(f"it ended by itself: {errors.read_text()}")
        [address] = [line.rpartition(" ")[2] for line in said if line.startswith("Dagster is at ")]
        with urllib.request.urlopen(f"{address}/server_info", timeout=30) as answer:  # noqa: S310 - our own server
            server_info = json.load(answer)
        children = psutil.Process(process.pid).children(recursive=True)
        commands = [" ".join(child.cmdline()) for child in children]
        daemon = _daemon(process.pid)
        assert daemon is not None
        daemon.kill()
        for line in process.stdout:
            said.append(line.rstrip())
            if "started again" in line:
                break
        until(lambda: _daemon(process.pid) is not None)
        children = list({*children, *psutil.Process(process.pid).children(recursive=True)})
        process.send_signal(signal.SIGTERM)
        rest, _ = process.communicate(timeout=PATIENCE_S)
        _, left = psutil.wait_procs(children, timeout=PATIENCE_S)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
    # Dagster's own lines come in between.
    said = [line for line in [*said, *rest.splitlines()] if " - dagster" not in line]
    return Up(home, said, server_info, commands, process.returncode, left)


def test_it_says_where_the_ui_is(up: Up) -> None:
    """And the UI answers there."""
    assert up.said[1].startswith("Dagster is at http://127.0.0.1:")
    assert up.server_info["dagster_version"] == dg.__version__
    assert f"Drop folders, ZIPs or manifests in {up.home / 'inbox'}." in up.said[2]


def test_it_runs_webserver_and_daemon(up: Up) -> None:
    """Both on this project's definitions."""
    for module in ("orchestration.web_server", "dagster._daemon"):
        assert [command for command in up.children if f"-m {module}" in command]


def test_a_daemon_that_is_killed_is_started_again(up: Up) -> None:
    """And one line says so."""
    assert "the Dagster daemon ended by itself (SIGKILL): started again in 1 s." in up.said


def test_a_stop_ends_everything(up: Up) -> None:
    """SIGTERM, as a service manager sends it, is as good as Ctrl-C: no process is left."""
    assert (up.code, up.left) == (0, [])
    assert up.said[-1] == "Stopping."


def test_a_port_that_is_taken_is_one_sentence(darkroom: "Command") -> None:
    """Before anything is started."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ended = darkroom("up", "--port", str(port))

    assert ended.code == 2
    assert ended.complained == (
        f"darkroom: 127.0.0.1:{port} cannot be listened on (Address already in use): choose"
        " another --port\n"
    )
