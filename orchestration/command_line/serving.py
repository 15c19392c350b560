"""`darkroom up`: the Dagster UI and daemon on one home."""

import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from darkroom.errors import UsageError, WorldError
from orchestration.command_line.session import adapters_of
from orchestration.instance import open_instance

_CODE = ("-m", "orchestration.definitions")
_START_TIMEOUT_S = 120.0
_STOP_TIMEOUT_S = 20.0
_POLL_S = 0.5


class DagsterDied(WorldError):
    """The webserver or the daemon ended by itself."""


def serve(folder: Path | None, *, host: str | None, port: int | None) -> int:
    """Start both, say where they are, and stay until interrupted."""
    adapters = adapters_of(folder)
    settings = adapters.settings
    address = (host or settings.web.host, settings.web.port if port is None else port)
    address = (address[0], _free_port(*address))
    # A service manager's stop is as good as Ctrl-C: the two processes must not outlive this one.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    # The pools get their limits before anything can run.
    with open_instance(adapters.home, settings), _started(_commands(*address)) as processes:
        console = Console()
        console.print(f"Starting on {adapters.home.root} …", highlight=False)
        url = f"http://{_reachable(address[0])}:{address[1]}"
        try:
            _wait_for(url, processes)
            console.print(f"Dagster is at {url}", highlight=False)
            console.print(
                f"Drop folders, ZIPs or manifests in {adapters.home.inbox}. Ctrl-C stops.",
                highlight=False,
            )
            while True:
                _refuse_dead(processes)
                time.sleep(_POLL_S)
        except KeyboardInterrupt:
            console.print("Stopping.")
    return 0


def _commands(host: str, port: int) -> list[list[str]]:
    return [
        [sys.executable, "-m", "dagster_webserver", *_CODE, "-h", host, "-p", str(port)],
        [sys.executable, "-m", "dagster._daemon", "run", *_CODE],
    ]


@contextmanager
def _started(commands: Sequence[Sequence[str]]) -> Iterator[list[subprocess.Popen[bytes]]]:
    processes: list[subprocess.Popen[bytes]] = []
    try:
        for command in commands:
            processes.append(subprocess.Popen(command))  # noqa: PERF401 - what has begun must end
        yield processes
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            try:
                process.wait(_STOP_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_for(url: str, processes: Sequence[subprocess.Popen[bytes]]) -> None:
    deadline = time.monotonic() + _START_TIMEOUT_S
    while time.monotonic() < deadline:
        _refuse_dead(processes)
        try:
            with urllib.request.urlopen(f"{url}/server_info", timeout=2):  # noqa: S310 - our own server
                return
        except (urllib.error.URLError, OSError):
            time.sleep(_POLL_S)
    raise DagsterDied(f"the Dagster UI did not answer at {url} within {_START_TIMEOUT_S:g} s")


def _refuse_dead(processes: Sequence[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        if process.poll() is not None:
            raise DagsterDied(
                f"a Dagster process ended by itself with exit code {process.returncode}; what it"
                " said stands above"
            )


def _free_port(host: str, port: int) -> int:
    """The port itself, or a free one when 0 is asked for."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise UsageError(
                f"{host}:{port} cannot be listened on ({error.strerror}): choose another --port"
            ) from error
        found: int = probe.getsockname()[1]
        return found


def _reachable(host: str) -> str:
    if host in ("0.0.0.0", "::"):  # noqa: S104 - compared with, not bound to
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host
