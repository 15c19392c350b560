"""`darkroom up`: the Dagster UI and daemon on one home."""

import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import dagster as dg
from rich.console import Console

from darkroom.errors import UsageError, WorldError
from orchestration.command_line.session import adapters_of
from orchestration.command_line.supervising import Supervised
from orchestration.instance import open_instance
from orchestration.lost_runs import end_lost_runs, interrupt_launched_runs

_CODE = ("-m", "orchestration.definitions")
_START_TIMEOUT_S = 120.0
_STOP_TIMEOUT_S = 20.0
_POLL_S = 0.5


class NoAnswer(WorldError):
    """The webserver does not answer."""


def serve(folder: Path | None, *, host: str | None, port: int | None) -> int:
    """Start both, say where they are, and keep them up until interrupted."""
    adapters = adapters_of(folder)
    settings = adapters.settings
    address = (host or settings.web.host, settings.web.port if port is None else port)
    address = (address[0], _free_port(*address))
    # A service manager's stop is as good as Ctrl-C: the two processes must not outlive this one.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    console = Console()
    say = partial(console.print, highlight=False, markup=False, soft_wrap=True)
    # The pools get their limits before anything can run.
    with open_instance(adapters.home, settings) as instance:
        for batch in end_lost_runs(instance):
            say(f"{batch}: its run was interrupted, and is taken up again.")
        say(f"Starting on {adapters.home.root} …")
        url = f"http://{_reachable(address[0])}:{address[1]}"
        with _running_until_the_end(instance), _started(_commands(*address)) as programs:
            try:
                _wait_for(url, programs)
                say(f"Dagster is at {url}")
                say(f"Drop folders, ZIPs or manifests in {adapters.home.inbox}. Ctrl-C stops.")
                while True:
                    for program in programs:
                        program.look(say)
                    time.sleep(_POLL_S)
            except KeyboardInterrupt:
                say("Stopping.")
    return 0


def _commands(host: str, port: int) -> dict[str, list[str]]:
    return {
        "the Dagster webserver": [
            *(sys.executable, "-m", "orchestration.web_server", *_CODE),
            *("-h", host, "-p", str(port)),
        ],
        "the Dagster daemon": [sys.executable, "-m", "dagster._daemon", "run", *_CODE],
    }


@contextmanager
def _running_until_the_end(instance: dg.DagsterInstance) -> Iterator[None]:
    """Runs go on when a program is started again, and end with the command."""
    try:
        yield
    finally:
        interrupt_launched_runs(instance, "`darkroom up` was stopped.")


@contextmanager
def _started(commands: Mapping[str, Sequence[str]]) -> Iterator[list[Supervised]]:
    programs: list[Supervised] = []
    try:
        for name, command in commands.items():
            programs.append(Supervised(name, command))
        yield programs
    finally:
        for program in programs:
            program.terminate()
        for program in programs:
            program.wait(_STOP_TIMEOUT_S)


def _wait_for(url: str, programs: Sequence[Supervised]) -> None:
    deadline = time.monotonic() + _START_TIMEOUT_S
    while time.monotonic() < deadline:
        for program in programs:
            program.refuse_end()
        try:
            with urllib.request.urlopen(f"{url}/server_info", timeout=2):  # noqa: S310 - our own server
                return
        except (urllib.error.URLError, OSError):
            time.sleep(_POLL_S)
    raise NoAnswer(f"the Dagster UI did not answer at {url} within {_START_TIMEOUT_S:g} s")


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
