"""A home under `darkroom up`, watched and disturbed from outside."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import dagster as dg
import psutil
import yaml
from dagster._core.storage.dagster_run import NOT_FINISHED_STATUSES

from darkroom.batches import BatchState
from orchestration.batch_states import batch_states
from orchestration.configuration import load_settings
from orchestration.home import HOME_VARIABLE, Home
from orchestration.instance import open_instance, pool_limits
from orchestration.tags import PARTITION_TAG
from orchestration.wiring import Adapters
from tests.soak.snapshots import Snapshot, snapshot
from tests.web_server import WebServer

PATIENCE_S = 600.0
STOP_S = 90.0
_POLL_S = 0.2
_MARK = "Dagster is at "
_PROGRAM = str(Path(sys.executable).with_name("darkroom"))


@dataclass(frozen=True)
class Watched:
    """What there is to see of a home while others work in it."""

    home: Home
    adapters: Adapters
    instance: dg.DagsterInstance

    def runs(self, batch: str = "", **tags: str) -> list[dg.DagsterRun]:
        """Newest first."""
        wanted = tags | ({PARTITION_TAG: batch} if batch else {})
        return list(self.instance.get_runs(dg.RunsFilter(tags=wanted)))

    def run(self, run_id: str) -> dg.DagsterRun:
        found = self.instance.get_run_by_id(run_id)
        if found is None:
            raise LookupError(run_id)
        return found

    def batches(self) -> dict[str, BatchState]:
        keys = [summary.batch.key for summary in self.adapters.records.batches()]
        return dict(batch_states(self.instance, keys)) if keys else {}

    def is_complete(self, batches: int) -> bool:
        """Whether there are so many batches, all of them are, and nothing is under way."""
        states = list(self.batches().values())
        unfinished = dg.RunsFilter(statuses=NOT_FINISHED_STATUSES)
        return (
            len(states) == batches
            and set(states) == {BatchState.COMPLETE}
            and not self.instance.get_runs(unfinished)
        )

    def slots_of(self, run: dg.DagsterRun) -> int:
        """How many it holds, in all pools."""
        storage = self.instance.event_log_storage
        return sum(
            slot.run_id == run.run_id
            for pool in pool_limits(self.adapters.settings)
            for slot in storage.get_concurrency_info(pool).claimed_slots
        )

    def snapshot(self) -> Snapshot:
        return snapshot(self.adapters, f"sqlite:///{self.home.records}")

    def processes(self) -> list[psutil.Process]:
        """All that work for this home."""
        found = []
        for process in psutil.process_iter():
            with suppress(psutil.NoSuchProcess, psutil.AccessDenied, psutil.ZombieProcess):
                if process.pid != os.getpid() and (
                    process.environ().get(HOME_VARIABLE) == str(self.home.root)
                ):
                    found.append(process)
        return found

    def darkroom(self, *arguments: str) -> int:
        """Run a command as a person does; its exit code."""
        ended = subprocess.run(
            [_PROGRAM, *arguments, "--home", str(self.home.root)],
            check=False,
            stdout=self._log(arguments[0]),
            stderr=subprocess.STDOUT,
        )
        return ended.returncode

    def up(self) -> "Up":
        """Started, and answering."""
        return Up(self.home)

    def _log(self, name: str) -> int:
        path = self.home.root / f"{name}.log"
        return os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY)


class Up:
    """A `darkroom up`."""

    def __init__(self, home: Home) -> None:
        """Return once the UI answers."""
        log = home.root / "up.log"
        begin = log.stat().st_size if log.exists() else 0
        with log.open("ab") as said:
            self._process = subprocess.Popen(
                [_PROGRAM, "up", "--port", "0", "--home", str(home.root)],
                env={**os.environ, HOME_VARIABLE: str(home.root)},
                stdout=said,
                stderr=said,
            )

        def address() -> list[str]:
            lines = log.read_bytes()[begin:].decode().splitlines()
            return [line.removeprefix(_MARK) for line in lines if line.startswith(_MARK)]

        try:
            seconds_until(lambda: bool(address()) or self._process.poll() is not None)
        except BaseException:
            self.stop()
            raise
        if not address():
            raise RuntimeError(f"darkroom up did not start: see {log}")
        self.web = WebServer(address()[0])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> float:
        """As a service manager does; seconds until it has ended."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        started = time.monotonic()
        self._process.wait(STOP_S)
        return time.monotonic() - started

    def wait(self) -> None:
        """Take notice that it was killed."""
        self._process.wait(STOP_S)


@contextmanager
def watched(folder: Path, settings: Mapping[str, object]) -> Iterator[Watched]:
    """A new home with these settings."""
    home = Home.named(folder)
    home.make()
    home.settings_file.write_text(yaml.safe_dump(dict(settings)))
    adapters = Adapters(home, load_settings(home))
    with open_instance(home, adapters.settings) as instance:
        yield Watched(home, adapters, instance)


@contextmanager
def workplace(name: str, keep: Path | None) -> Iterator[Path]:
    """A folder for a script's homes, in an environment without settings of others."""
    for variable in [each for each in os.environ if each.startswith(("DARKROOM_", "DAGSTER_"))]:
        del os.environ[variable]
    os.environ["COLUMNS"] = "400"  # an address is not broken in two
    if keep:
        keep.mkdir(parents=True, exist_ok=True)
        yield keep
    else:
        with tempfile.TemporaryDirectory(prefix=f"darkroom-{name}-") as folder:
            yield Path(folder)


def seconds_until(what: Callable[[], bool], *, most_s: float = PATIENCE_S) -> float:
    """How long it took to become true. Raises `TimeoutError`."""
    started = time.monotonic()
    while not what():
        if time.monotonic() - started > most_s:
            raise TimeoutError(f"not within {most_s:g} s")
        time.sleep(_POLL_S)
    return time.monotonic() - started


def alive(processes: Sequence[psutil.Process]) -> list[psutil.Process]:
    """Those that are still at work."""
    return [each for each in processes if each.is_running() and not _is_zombie(each)]


def _is_zombie(process: psutil.Process) -> bool:
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
