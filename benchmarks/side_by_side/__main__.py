"""Darkroom and what people would use instead, on the same photos in turn: `make bench`.

Every contender takes a list of URLs and leaves JPEGs of quality 90 that fit in 1024 px. In each
round each runs once, as a process of its own, a different one first. Figures go to .bench/results,
after each run; one that fails is noted there, and the others go on. What is asked for stands in the
environment: docs/benchmarks.md.
"""

import argparse
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.side_by_side.environments import ROOT, python_of
from benchmarks.side_by_side.figures import Failed, Run
from benchmarks.side_by_side.options import Options
from benchmarks.side_by_side.photos import draw
from benchmarks.side_by_side.race import Race
from benchmarks.side_by_side.results import Photos, Results
from benchmarks.side_by_side.roster import Contender, contenders
from benchmarks.side_by_side.serving import served

_CACHE = ROOT / ".bench"
_ALL_SETS = "all"


class _Progress:
    """A line for each run, with how many there are and the minutes that went by."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._done = 0
        self._started = time.monotonic()

    def say(self, ended: Run | Failed) -> None:
        self._done += bool(ended.round)
        minutes = (time.monotonic() - self._started) / 60
        start = f"[{self._done}/{self._total}, {minutes:.0f} min] {ended.photos} {ended.round}"
        print(f"{start} {ended.contender}: {_said(ended)}", flush=True)


def _said(ended: Run | Failed) -> str:
    if isinstance(ended, Failed):
        return f"FAILED: {ended.why}"
    return (
        f"{ended.count / ended.wall_s:.1f} photos/s, {ended.wall_s:.1f} s,"
        f" CPU {ended.cpu_s:.1f} s, {ended.peak_bytes / 2**20:.0f} MiB,"
        f" {ended.made} of {ended.count} renditions, {ended.unfit} unfit"
    )


def _installed(taking_part: Sequence[Contender], results: Results) -> dict[Contender, Path]:
    """The Python of each; who cannot be installed is noted."""
    found = {}
    for contender in taking_part:
        try:
            found[contender] = python_of(contender, _CACHE)
        except subprocess.CalledProcessError as error:
            why = f"its packages could not be installed: {error}"
            print(f"{contender.title}: {why}", flush=True)
            results.add(Failed(_ALL_SETS, 0, contender.name, why))
    return found


def _sets(options: Options) -> Iterator[tuple[str, Path, list[Path]]]:
    """Name, folder and photos of each set."""
    if options.photos:
        photos = options.given()
        if not photos:
            raise SystemExit(f"PHOTOS={options.photos} has no file that ends in .jpg or .jpeg")
        yield "given", photos[0].parent, photos
        return
    for kind, count in options.drawn.items():
        folder = _CACHE / "photos" / kind
        print(f"drawing {count} photos: {kind}; those of the last time are taken again", flush=True)
        draw(kind, count, folder)
        yield kind, folder, sorted(folder.glob("*.jpg"))[:count]


def _race(options: Options, results: Results) -> None:
    pythons = _installed(results.contenders, results)
    sets = len(options.drawn) or 1
    progress = _Progress(sets * options.rounds * len(pythons))
    for name, folder, photos in _sets(options):
        mean_bytes = sum(path.stat().st_size for path in photos) / len(photos)
        results.sets.append(Photos(name, len(photos), mean_bytes))
        with served(folder, options.latency_ms / 1000) as address:
            race = Race(
                name, photos, address=address, pythons=pythons, cache=_CACHE, logs=results.folder
            )
            for ended in race.warm_up():
                progress.say(ended)
                results.add(ended)
            for ended in race.rounds(options.rounds):
                progress.say(ended)
                results.add(ended)


def main() -> None:
    argparse.ArgumentParser(description=__doc__).parse_args()  # else --help would run for hours
    options = Options.asked()
    for each in (signal.SIGINT, signal.SIGTERM):  # the former is ignored in a shell's background
        signal.signal(each, signal.default_int_handler)
    _CACHE.mkdir(exist_ok=True)
    folder = _CACHE / "results" / datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    folder.mkdir(parents=True)
    results = Results(folder, options, contenders(options.contenders))
    stopped = False
    try:
        _race(options, results)
    except KeyboardInterrupt:
        stopped = True
    print(results.page())
    if stopped:
        print("Stopped: this is what was measured until then.")
    print(f"See {folder.relative_to(ROOT)}")
    sys.exit(1 if stopped or results.failed else 0)


if __name__ == "__main__":
    main()
