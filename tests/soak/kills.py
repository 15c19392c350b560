"""Processes killed at random while photos are imported; nothing may be lost, doubled or changed.

    .venv/bin/python -m tests.soak.kills [--photos 600] [--kills 30] [--seed 1] [--keep FOLDER]

The same manifest is dropped in the inbox of two homes under `darkroom up`. The first is left alone.
In the second, a photo worker, a step, a run, the daemon, the webserver, a code server, or
everything at once is killed (SIGKILL) again and again; then it is left to itself until no batch is
on its way.
Both homes must then hold the same: database rows, tables, blobs and deliveries. Ends with 0 if so.
"""

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import dagster as dg
import psutil
import yaml

from darkroom.batches import BatchState
from orchestration.batch_states import batch_states
from orchestration.configuration import load_settings
from orchestration.home import Home
from orchestration.instance import open_instance, pool_limits
from orchestration.wiring import Adapters
from tests.soak.photos import draw
from tests.soak.serving import Counting, served
from tests.soak.snapshots import Snapshot, differences, snapshot

_POLL_S = 1.0
_LAST_WORD_S = 60.0
_KINDS = ["worker", "step", "run", "daemon", "webserver", "code server", "everything"]
_WEIGHTS = [8, 8, 8, 3, 1, 1, 1]
_OF_A_RUN = ("orchestration.run_worker", "multiprocessing.forkserver")
"""What is forked from a run's process looks like it; what replaces a killed fork server does not.
"""


@dataclass
class Undertaking:
    """One import, and what it took."""

    home: Home
    seconds: float = 0.0
    requests: int = 0
    runs: Counter[str] = field(default_factory=Counter)
    kills: Counter[str] = field(default_factory=Counter)
    snapshot: Snapshot = field(default_factory=dict)


def main() -> int:
    """0 when the disturbed home equals the undisturbed one."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--photos", type=int, default=600)
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--batch-size", type=int, default=50)
    parser.add_argument("--pause", type=float, default=8, help="longest between kills, seconds")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--patience", type=float, default=1800, help="seconds for either import")
    parser.add_argument("--keep", type=Path, help="where the homes are made and left")
    options = parser.parse_args()
    root = options.keep or Path(tempfile.mkdtemp(prefix="darkroom-kills-"))
    photos = root / "photos"
    photos.mkdir(parents=True, exist_ok=True)
    say(f"drawing {options.photos} photos")
    names = draw(photos, options.photos, seed=options.seed)
    with served(photos) as server:
        quiet = undertake(root / "quiet", names, server, options, kills=0)
        report("undisturbed", quiet, len(names))
        disturbed = undertake(root / "disturbed", names, server, options, kills=options.kills)
        report("disturbed", disturbed, len(names))
    found = differences(quiet.snapshot, disturbed.snapshot)
    found += left_over(disturbed.home)
    for line in found:
        say(line)
    say(
        f"{sum(disturbed.kills.values())} kills;"
        f" {disturbed.seconds / quiet.seconds:.2f} times the undisturbed time;"
        f" {disturbed.requests - len(names)} of {len(names)} photos fetched again;"
        f" {'EQUAL' if not found else 'DIFFERENT'}"
    )
    if not options.keep:
        shutil.rmtree(root, ignore_errors=True)
    return 1 if found else 0


def undertake(
    folder: Path, names: list[str], server: Counting, options: argparse.Namespace, *, kills: int
) -> Undertaking:
    """Import all photos under `darkroom up`, killing as asked."""
    home = Home.named(folder)
    home.make()
    home.settings_file.write_text(yaml.safe_dump(settings_of(server, options)))
    server.asked.clear()
    done = Undertaking(home)
    rng = random.Random(options.seed)
    deadline = time.monotonic() + options.patience
    started = time.monotonic()
    with up(home) as service:
        (home.inbox / "photos.txt").write_text(
            "".join(f"http://{server.address}/{name}\n" for name in names)
        )
        adapters = Adapters(home, load_settings(home))
        with open_instance(home, adapters.settings) as instance:
            next_kill = 0.0
            while True:
                time.sleep(_POLL_S)
                states = states_of(instance, adapters)
                say_progress(states, done, len(names), deadline)
                if sum(done.kills.values()) < kills and time.monotonic() > next_kill:
                    killed = kill_one(home, rng)
                    if killed:
                        done.kills[killed] += 1
                        next_kill = time.monotonic() + rng.uniform(1, options.pause)
                if service.poll() is not None:
                    service.restart()
                if finished(states, instance, options, len(names)):
                    break
                if time.monotonic() > deadline:
                    say("out of patience")
                    break
            done.seconds = time.monotonic() - started
            done.requests = sum(server.asked.values())
            done.runs = Counter(run.status.value for run in instance.get_runs())
            done.snapshot = snapshot(adapters, f"sqlite:///{home.records}")
            for pool in pool_limits(adapters.settings):
                info = instance.event_log_storage.get_concurrency_info(pool)
                if info.active_slot_count or info.pending_step_count:
                    say(f"pool {pool}: {info.active_slot_count} slots are held by nobody")
    return done


def settings_of(server: Counting, options: argparse.Namespace) -> dict[str, object]:
    """Small batches, and a sensor that does not wait long before it takes a run up again."""
    return {
        "intake": {"batch_size": options.batch_size, "inbox_interval_s": 2},
        "downloads": {"allow_addresses": [server.address]},
        "runs": {"max_retries": 20, "retry_wait_s": 1, "max_runs_per_owner": 6},
    }


class Service:
    """`darkroom up` on one home."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._log = (home.root / "up.log").open("ab")
        self._process = self._start()

    def poll(self) -> int | None:
        """Its exit code once it has ended."""
        return self._process.poll()

    def restart(self) -> None:
        """As a service manager would."""
        self._process = self._start()

    def stop(self) -> None:
        """End it, and wait."""
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(90)
        except subprocess.TimeoutExpired:
            say("darkroom up did not stop within 90 s")
            self._process.kill()
        self._log.close()

    def _start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "orchestration.command_line.main", "up", "--port", "0"]
        environment = {**os.environ, "DARKROOM_HOME": str(self._home.root)}
        return subprocess.Popen(
            [*command, "--home", str(self._home.root)],
            env=environment,
            stdout=self._log,
            stderr=self._log,
        )


@contextmanager
def up(home: Home) -> Iterator[Service]:
    """While the context is open."""
    service = Service(home)
    try:
        yield service
    finally:
        service.stop()


def states_of(instance: dg.DagsterInstance, adapters: Adapters) -> dict[str, BatchState]:
    """Where each batch stands."""
    keys = [summary.batch.key for summary in adapters.records.batches()]
    return dict(batch_states(instance, keys)) if keys else {}


def finished(
    states: dict[str, BatchState],
    instance: dg.DagsterInstance,
    options: argparse.Namespace,
    photos: int,
) -> bool:
    """Whether all batches are there and complete, and nothing is under way."""
    expected = -(-photos // options.batch_size)
    if len(states) < expected or set(states.values()) != {BatchState.COMPLETE}:
        return False
    under_way = dg.RunsFilter(
        statuses=[
            dg.DagsterRunStatus.QUEUED,
            dg.DagsterRunStatus.STARTING,
            dg.DagsterRunStatus.STARTED,
            dg.DagsterRunStatus.CANCELING,
        ]
    )
    return not instance.get_runs(under_way)


def kill_one(home: Home, rng: random.Random) -> str | None:
    """Kill a process of a kind chosen at random, while a step is at work; the kind, else None."""
    kinds = processes_of(home)
    if "step" not in kinds:
        return None
    kind = rng.choices(_KINDS, _WEIGHTS)[0]
    chosen = (
        [process for some in kinds.values() for process in some]
        if kind == "everything"
        else [rng.choice(kinds[kind])]
        if kinds.get(kind)
        else []
    )
    for process in chosen:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    if chosen:
        say(f"killed {kind}: " + ", ".join(str(process.pid) for process in chosen))
    return kind if chosen else None


def processes_of(home: Home) -> dict[str, list[psutil.Process]]:
    """All processes that work for a home, by kind."""
    commands: dict[int, tuple[psutil.Process, str]] = {}
    for process in psutil.process_iter():
        with suppress(psutil.NoSuchProcess, psutil.AccessDenied, psutil.ZombieProcess):
            if process.pid != os.getpid() and (
                process.environ().get("DARKROOM_HOME") == str(home.root)
            ):
                commands[process.pid] = (process, " ".join(process.cmdline()))
    kinds: dict[str, list[psutil.Process]] = {}
    for process, command in commands.values():
        kind = _kind(process, command, commands)
        kinds.setdefault(kind, []).append(process)
    return kinds


def _kind(
    process: psutil.Process, command: str, commands: dict[int, tuple[psutil.Process, str]]
) -> str:
    for name, kind in [
        ("dagster._daemon", "daemon"),
        ("orchestration.web_server", "webserver"),
        ("api grpc", "code server"),
        ("command_line.main up", "up"),
        ("resource_tracker", "tracker"),
    ]:
        if name in command:
            return kind
    if not any(name in command for name in _OF_A_RUN):
        return "other"
    kinds = {0: "run", 2: "step", 4: "worker"}
    return kinds.get(_of_the_run_above(process, commands), "fork server")


def _of_the_run_above(
    process: psutil.Process, commands: dict[int, tuple[psutil.Process, str]]
) -> int:
    """How far below its run it is: run, server, step, server, worker."""
    depth = 0
    with suppress(psutil.NoSuchProcess):
        parent = process.ppid()
        while parent in commands and any(name in commands[parent][1] for name in _OF_A_RUN):
            depth += 1
            parent = commands[parent][0].ppid()
    return depth


def left_over(home: Home) -> list[str]:
    """What a stopped home should not have any more."""
    said = []
    # The code server of a daemon that was killed ends by itself when it has heard nothing for long.
    patience = time.monotonic() + _LAST_WORD_S
    while any(processes_of(home).values()) and time.monotonic() < patience:
        time.sleep(_POLL_S)
    for kind, processes in processes_of(home).items():
        said += [f"still running: {kind} {process.pid}" for process in processes]
    said += [
        f"left in the store: {path}"
        for path in sorted((home.root / "store").rglob(".*.unfinished"))
    ]
    said += [
        f"left in the store: {path}"
        for path in sorted((home.root / "store" / "checkpoints").rglob("*"))
        if path.is_file()
    ]
    return said


def say_progress(
    states: dict[str, BatchState], done: Undertaking, photos: int, deadline: float
) -> None:
    """One line, when something has changed."""
    counts = Counter(state.value for state in states.values())
    line = (
        f"{done.home.root.name}: {counts['complete']} of {len(states)} batches complete,"
        f" {counts['running']} running, {counts['failed']} failed;"
        f" {sum(done.kills.values())} kills; {photos} photos"
    )
    if line != getattr(say_progress, "last", ""):
        say_progress.last = line  # type: ignore[attr-defined]  # a script's memory
        say(f"{line}; {deadline - time.monotonic():.0f} s of patience left")


def report(name: str, done: Undertaking, photos: int) -> None:
    """The figures of one import."""
    say(
        f"{name}: {done.seconds:.0f} s, {done.requests} requests for {photos} photos,"
        f" runs {dict(done.runs)}, kills {dict(done.kills)}"
    )


def say(text: str) -> None:
    """At once."""
    print(f"{time.strftime('%H:%M:%S')} {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
