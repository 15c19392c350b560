"""What a photo costs with few photos behind it, and with many.

    .venv/bin/python -m benchmarks.growth [--photos 1000] [--known 99000] [--rounds 3] [--home …]

Two homes: one that is new, and one filled with batches of `photos` photos until `known` are there
(see filling.py). In each round a batch of new photos, small ones that are all different, is
imported into each by `darkroom import`, as a process of its own. Text, codes and detection are
off. CPU seconds are of all processes; those of single steps are what was seen of them every tenth
of a second. The last line is JSON. With --home the filled home is kept there, for the next time.
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import dagster as dg

from benchmarks.growth.filling import fill
from benchmarks.growth.photos import draw
from benchmarks.process_tree import Use, watched
from benchmarks.spread import spread
from orchestration.configuration import load_settings
from orchestration.home import Home
from orchestration.instance import open_instance
from orchestration.tags import PARTITION_TAG
from orchestration.wiring import Adapters

_SETTINGS = """\
ocr: {enabled: false}
codes: {enabled: false}
detector: {enabled: false}
renditions: {format: JPEG}
"""
_LOOK_S = 0.1


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one batch: wall seconds, and CPU seconds of all processes."""

    wall_s: float
    cpu_s: float
    step_wall_s: Mapping[str, float]
    step_cpu_s: Mapping[str, float]


class Imports:
    """Imports into one home."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "darkroom.yaml").write_text(_SETTINGS)

    @property
    def adapters(self) -> Adapters:
        home = Home(self.folder)
        return Adapters(home, load_settings(home))

    def one(self, photos: Path, count: int) -> tuple[str, Cost]:
        """Import a folder as one batch; its key and what it cost."""
        before = {summary.batch.key for summary in self.adapters.records.batches()}
        program = str(Path(sys.executable).with_name("darkroom"))
        named = ["--home", str(self.folder), "--batch-size", str(count)]
        started = time.perf_counter()
        command = [program, "import", str(photos), *named]
        code, use = watched(command, every_s=_LOOK_S, memory=False)
        wall = time.perf_counter() - started
        if code:
            raise SystemExit(f"the import of {photos} ended with {code}")
        (batch,) = {summary.batch.key for summary in self.adapters.records.batches()} - before
        return batch, self._cost(batch, use, wall)

    def _cost(self, batch: str, use: Use, wall: float) -> Cost:
        with open_instance(Home(self.folder), self.adapters.settings) as instance:
            (run,) = instance.get_runs(dg.RunsFilter(tags={PARTITION_TAG: batch}))
            steps = {
                event.step_key: event
                for entry in instance.all_logs(run.run_id)
                if (event := entry.dagster_event) and event.is_step_success and event.step_key
            }
        return Cost(
            wall,
            sum(use.cpu_s.values()),
            {key: step.step_success_data.duration_ms / 1000 for key, step in steps.items()},
            {key: use.cpu_below(step.pid or 0) for key, step in steps.items()},
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--photos", type=int, default=1000, help="in a batch")
    parser.add_argument("--known", type=int, default=99_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--home", type=Path, help="keeps the filled home")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="darkroom-growth-") as name:
        work = Path(name)
        homes = {"few": Imports(work / "few"), "many": Imports(options.home or work / "many")}
        first = int(time.time())
        draw(work / "first", options.photos, seed=first)
        for home in homes.values():
            batch, _ = home.one(work / "first", options.photos)
        _fill(homes["many"], batch, options)
        rounds: list[dict[str, Cost]] = []
        for number in range(1, options.rounds + 1):
            photos = work / str(number)
            draw(photos, options.photos, seed=first + number)
            rounds.append({})
            for known, home in homes.items():
                _, cost = home.one(photos, options.photos)
                rounds[-1][known] = cost
                _say(f"round {number}, {known} known: {_line(cost)}")
    _compare([(costs["few"], costs["many"]) for costs in rounds])
    print(json.dumps([{known: asdict(cost) for known, cost in each.items()} for each in rounds]))


def _fill(home: Imports, like: str, options: argparse.Namespace) -> None:
    known = sum(summary.batch.photos for summary in home.adapters.records.batches())
    missing = -(-(options.known - known) // options.photos)
    for done, batch in enumerate(fill(home.adapters, like, missing), start=1):
        if done % 10 == 0:
            _say(f"{done} of {missing} earlier batches are there, the last one {batch}")


def _compare(rounds: Sequence[tuple[Cost, Cost]]) -> None:
    _say("many / few, median (least to most) over rounds")
    _say(f"  {'all of it, CPU':<14} {spread([many.cpu_s / few.cpu_s for few, many in rounds])}")
    _say(f"  {'all of it, wall':<14} {spread([many.wall_s / few.wall_s for few, many in rounds])}")
    for step in rounds[0][0].step_cpu_s:
        spent = statistics.median(few.step_cpu_s[step] for few, _ in rounds)
        more = [many.step_cpu_s[step] - few.step_cpu_s[step] for few, many in rounds]
        _say(f"  {step:<14} CPU {spent:.2f} s with few, with many so much more: {spread(more)}")


def _line(cost: Cost) -> str:
    steps = ", ".join(f"{key} {value:.1f}" for key, value in cost.step_cpu_s.items())
    return f"wall {cost.wall_s:.1f} s, CPU {cost.cpu_s:.1f} s; by step: {steps}"


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
