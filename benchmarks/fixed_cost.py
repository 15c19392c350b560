"""What a batch costs besides its photos, beside a Dagster run that does nothing.

    .venv/bin/python -m benchmarks.fixed_cost [--photos 1 20] [--rounds 5] [--service]

In turn, each in a home of its own that has had a batch before: `darkroom import` of so many photos
of 1600 x 1200, and `benchmarks/empty_run.py`, a plain Dagster run with as many steps. With
`--service`, also a batch that is dropped in the inbox of a running `darkroom up`: from the drop
until its run has ended, without what the service takes when idle. CPU is that of all processes.
"""

import argparse
import json
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import dagster as dg
import psutil
from PIL import Image

from benchmarks.commands import DARKROOM, Taken, taken_by, up
from benchmarks.spread import spread
from darkroom.samples import scenes
from orchestration.command_line.session import adapters_of
from orchestration.home import Home
from orchestration.instance import open_instance

_EMPTY_RUN = [sys.executable, str(Path(__file__).with_name("empty_run.py"))]
_LOOK_S = 0.1
_IDLE_S = 20.0
_PATIENCE_S = 600.0


@dataclass
class Figures:
    """Of each round."""

    wall_s: list[float] = field(default_factory=list)
    cpu_s: list[float] = field(default_factory=list)

    def add(self, taken: Taken) -> None:
        self.wall_s.append(round(taken.wall_s, 2))
        self.cpu_s.append(round(taken.cpu_s, 2))

    def __str__(self) -> str:
        return ", ".join(
            f"{name} {spread(values)} s"
            for name, values in (("wall", self.wall_s), ("CPU", self.cpu_s))
        )


class Photos:
    """Photos that are drawn once; each use of them has other bytes."""

    def __init__(self, count: int) -> None:
        kinds = (scenes.lake, scenes.meadow, scenes.forest, scenes.sea)
        self._drawn = [kinds[n % len(kinds)]((1600, 1200), seed=n) for n in range(count)]
        self._uses = 0

    def put(self, folder: Path, count: int) -> None:
        self._uses += 1
        folder.mkdir(parents=True)
        for number, photo in enumerate(self._drawn[:count]):
            _save(photo, folder / f"{number:03}.jpg", f"use {self._uses}")


def _save(photo: Image.Image, path: Path, comment: str) -> None:
    photo.save(path, quality=83, comment=comment.encode())


def _importing(home: Path, photos: Photos, count: int, folder: Path) -> Taken:
    source = folder / "source"
    photos.put(source, count)
    try:
        return taken_by([*DARKROOM, "import", str(source), "--home", str(home)])
    finally:
        shutil.rmtree(source)


def _empty(home: Path) -> Taken:
    home.mkdir(exist_ok=True)
    (home / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
    return taken_by(_EMPTY_RUN, {"DAGSTER_HOME": str(home)})


class Inbox:
    """That of a running `darkroom up`, and what all of its processes have used."""

    def __init__(self, home: Home, process: psutil.Process) -> None:
        self._home = home
        self._process = process
        self._before: dict[int, float] = {}

    def cpu_s(self) -> float:
        """So far. A process that ended counts with its parent, once that knows of its end."""
        total = 0.0
        for each in (self._process, *self._process.children(recursive=True)):
            try:
                times = each.cpu_times()
            except psutil.NoSuchProcess:
                continue
            total += times.user + times.system + times.children_user + times.children_system
        return total

    def idle(self) -> float:
        """CPU seconds per second with nothing to do."""
        before = self.cpu_s()
        time.sleep(_IDLE_S)
        return (self.cpu_s() - before) / _IDLE_S

    def dropped(self, photos: Photos, count: int, *, idle: float) -> Taken:
        """A folder that is moved into the inbox, until its run has ended."""
        adapters = adapters_of(self._home.root)
        with open_instance(self._home, adapters.settings) as instance:
            known = _ended(instance)
            name = f"drop-{time.time_ns()}"
            photos.put(self._home.root / name, count)
            before, started = self.cpu_s(), time.monotonic()
            (self._home.root / name).rename(self._home.inbox / name)
            while _ended(instance) == known:
                if time.monotonic() - started > _PATIENCE_S:
                    raise SystemExit("the batch was never run")
                time.sleep(_LOOK_S)
            wall = time.monotonic() - started
            while any("run_worker" in " ".join(_words(each)) for each in self._below()):
                time.sleep(_LOOK_S)  # its process is about to end
            whole = time.monotonic() - started
            return Taken(wall, self.cpu_s() - before - idle * whole, said="")

    def _below(self) -> list[psutil.Process]:
        return self._process.children(recursive=True)


def _words(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def _ended(instance: dg.DagsterInstance) -> int:
    return instance.get_runs_count(dg.RunsFilter(statuses=[dg.DagsterRunStatus.SUCCESS]))


def _measure(contenders: dict[str, Callable[[], Taken]], rounds: int) -> dict[str, Figures]:
    figures = {name: Figures() for name in contenders}
    names = list(contenders)
    for number in range(-1, rounds):  # the first start finds cold caches, and does not count
        for name in names[number % len(names) :] + names[: number % len(names)]:
            taken = contenders[name]()
            print(
                f"round {number + 1}: {name}: {taken.wall_s:.2f} s, CPU {taken.cpu_s:.2f} s",
                flush=True,
            )
            if number >= 0:
                figures[name].add(taken)
    return figures


def main() -> None:
    """Measure, and print the medians with least and most; the last line is JSON."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--photos", type=int, nargs="+", default=[1, 20])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--service", action="store_true", help="also under `darkroom up`")
    options = parser.parse_args()
    photos = Photos(max(options.photos))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        contenders: dict[str, Callable[[], Taken]] = {
            "empty run": partial(_empty, folder / "empty")
        }
        for count in options.photos:
            home = folder / f"home-{count}"
            contenders[f"import of {count}"] = partial(_importing, home, photos, count, folder)
        figures = _measure(contenders, options.rounds)
        if options.service:
            (folder / "up").mkdir()
            with up(folder / "up") as running:
                service = Inbox(Home(folder / "up"), psutil.Process(running.pid))
                idle = service.idle()
                print(f"the service, idle: {idle:.3f} CPU seconds per second")
                dropped: dict[str, Callable[[], Taken]] = {
                    f"drop of {count}": partial(service.dropped, photos, count, idle=idle)
                    for count in options.photos
                }
                figures |= _measure(dropped, options.rounds)
    empty = figures["empty run"]
    ratios = {
        each: {
            what: [round(a / b, 2) for a, b in zip(mine, theirs, strict=True)]
            for what, mine, theirs in (
                ("wall", found.wall_s, empty.wall_s),
                ("cpu", found.cpu_s, empty.cpu_s),
            )
        }
        for each, found in figures.items()
    }
    for each, found in figures.items():
        times = " and ".join(
            f"{statistics.median(ratios[each][what]):.2f} times its {label}"
            for what, label in (("wall", "wall"), ("cpu", "CPU"))
        )
        print(f"{each}: {found}; of the empty run: {times}")
    print(json.dumps({each: {**vars(figures[each]), "ratios": ratios[each]} for each in figures}))


if __name__ == "__main__":
    main()
