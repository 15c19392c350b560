"""What a home with thousands of batches costs whoever looks at it.

    .venv/bin/python -m benchmarks.many_batches [--batches 10000] [--rounds 5] [--home …] [--pages]

Fills a home (see filling.py), one batch of a hundred failed, and measures in each round, in turn:
`darkroom status`, a process that does nothing but open Dagster's instance, and a tick of each
sensor and schedule. With --pages also the UI of `darkroom up` in a headless Chromium, where there
is one; --pictures keeps what was seen. With --home the filled home is kept there, for the next
time. The last line is JSON.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

from benchmarks.commands import DARKROOM, taken_by, up
from benchmarks.growth.photos import draw
from benchmarks.many_batches.filling import Filling
from benchmarks.many_batches.pages import pages
from benchmarks.many_batches.ticks import ticks
from benchmarks.spread import spread
from orchestration.command_line.session import adapters_of
from orchestration.instance import prepare

_SETTINGS = """\
ocr: {enabled: false}
codes: {enabled: false}
detector: {enabled: false}
renditions: {format: JPEG}
runs: {max_retries: 0}
downloads: {max_retries: 0, allow_addresses: [127.0.0.1]}
"""
_NOBODY = "http://127.0.0.1:9/gone.jpg\n"
_PHOTOS = 10
_FAILED_OF = 100
_OPEN_INSTANCE = "import dagster; dagster.DagsterInstance.get()"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--batches", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--home", type=Path, help="keeps the filled home")
    parser.add_argument("--pages", action="store_true", help="also the UI, in a browser")
    parser.add_argument("--pictures", type=Path, help="a folder for what the browser showed")
    options = parser.parse_args()
    found: dict[str, list[float]] = defaultdict(list)
    with tempfile.TemporaryDirectory(prefix="darkroom-many-") as name:
        home = options.home or Path(name, "home")
        if not home.exists():
            _fill(home, Path(name), options.batches)
        _commands(home, options.rounds, found)
        _ticks(home, options.rounds, found)
        if options.pages or options.pictures:
            _pages(home, options.rounds, options.pictures, found)
    for what, values in found.items():
        _say(f"{what}: {spread(values)}")
    print(json.dumps(found))


def _fill(home: Path, work: Path, batches: int) -> None:
    home.mkdir(parents=True)
    (home / "darkroom.yaml").write_text(_SETTINGS)
    draw(work / "photos", _PHOTOS, seed=1)
    (work / "gone.txt").write_text(_NOBODY)
    for source in (work / "gone.txt", work / "photos"):
        command = [*DARKROOM, "import", str(source), "--home", str(home)]
        subprocess.run(command, stdout=subprocess.DEVNULL, check=False)
    adapters = adapters_of(home)
    failed, healthy = (summary.batch.key for summary in adapters.records.batches())
    failures = batches // _FAILED_OF - 1
    for done in Filling(adapters, failed).add(failures, named="failed", whole=True):
        _say(f"{done} of {failures} failed batches are there")
    others = batches - failures - 2
    for done in Filling(adapters, healthy).add(others, named="earlier", whole=False):
        if done % 1000 == 0 or done == others:
            _say(f"{done:,} of {others:,} healthy batches are there")


def _commands(home: Path, rounds: int, found: dict[str, list[float]]) -> None:
    prepare(adapters_of(home).home, adapters_of(home).settings)  # also says which home is meant
    for number in range(1, rounds + 1):
        for what, command in {
            "darkroom status": [*DARKROOM, "status", "--home", str(home)],
            "Dagster's instance alone": [sys.executable, "-c", _OPEN_INSTANCE],
        }.items():
            taken = taken_by(command)
            found[f"{what}, wall s"].append(round(taken.wall_s, 2))
            found[f"{what}, CPU s"].append(round(taken.cpu_s, 2))
            _say(f"round {number}: {what}: {taken.wall_s:.2f} s, CPU {taken.cpu_s:.2f} s")


def _ticks(home: Path, rounds: int, found: dict[str, list[float]]) -> None:
    cursors: dict[str, str | None] = {}
    for number in range(1, rounds + 1):
        for what, wall_s, cpu_s in ticks(adapters_of(home), cursors):
            found[f"{what}, wall s"].append(round(wall_s, 2))
            found[f"{what}, CPU s"].append(round(cpu_s, 2))
            _say(f"round {number}: {what}: {wall_s:.2f} s, CPU {cpu_s:.2f} s")


def _pages(home: Path, rounds: int, pictures: Path | None, found: dict[str, list[float]]) -> None:
    if pictures is not None:
        pictures.mkdir(parents=True, exist_ok=True)
    with up(home) as service:
        for number in range(1, rounds + 1):
            for what, shown_s, slowest in pages(service.address, pictures):
                found[f"page {what}, s"].append(round(shown_s, 2))
                _say(f"round {number}: page {what}: {shown_s:.2f} s, of which {slowest}")


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
