"""Thousands of mutated images, manifests and ZIPs through the real worker processes.

    python tests/soak/mutations.py --count 10000

Passes when no work ended in an error that the project does not raise on purpose, and no worker ever
had more than 1 GiB. Crashes and time-outs of workers are counted: they cost a photo its verdict.
"""

import argparse
import asyncio
import random
import shutil
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from darkroom.errors import PhotoFailed  # noqa: E402 - the path comes first
from darkroom.settings import WorkerSettings  # noqa: E402
from darkroom.work.workers import Workers  # noqa: E402
from tests.soak.hostile_seeds import Seed, archives, images, manifests  # noqa: E402
from tests.soak.hostile_work import Tried, try_image, try_source  # noqa: E402
from tests.soak.mutated_bytes import mutated  # noqa: E402

MAX_WORKER_BYTES = 2**30
LOOKED_CLOSER = 20
"""Of so many images, one is read for text and codes, too."""
SHOWN_EVERY_S = 5.0
KINDS = ("corpus", "images", "manifests", "archives")


@dataclass(frozen=True, slots=True)
class Case:
    """One hostile file."""

    name: str
    kind: str
    data: bytes
    closer: bool = False


@dataclass
class Figures:
    """What came of all of them."""

    outcomes: Counter[str] = field(default_factory=Counter)
    unhandled: list[str] = field(default_factory=list)
    lost_workers: list[str] = field(default_factory=list)
    too_big: list[str] = field(default_factory=list)
    peak_bytes: int = 0
    started: float = field(default_factory=time.monotonic)

    @property
    def passed(self) -> bool:
        return not self.unhandled and not self.too_big


async def soak(
    cases: Iterator[Case], total: int, workers: Workers, failing: Path | None
) -> Figures:
    """All cases, as many at once as there are workers."""
    figures = Figures()
    shown = figures.started
    with TemporaryDirectory() as folder:
        room = asyncio.Semaphore(2 * workers.count)
        done = 0

        async def one(case: Case) -> None:
            nonlocal done, shown
            path = Path(folder) / case.name
            path.write_bytes(case.data)
            try:
                await _tried(case, path, workers, figures, failing)
            finally:
                path.unlink()
                room.release()
            done += 1
            if time.monotonic() - shown > SHOWN_EVERY_S or done == total:
                shown = time.monotonic()
                _show(done, total, figures)

        async with asyncio.TaskGroup() as group:
            for case in cases:
                await room.acquire()
                group.create_task(one(case))
    return figures


async def _tried(
    case: Case, path: Path, workers: Workers, figures: Figures, failing: Path | None
) -> None:
    trouble = None
    try:
        tried: Tried
        if case.kind in ("images", "corpus"):
            tried = await workers.run(try_image, path, case.name, look_closer=case.closer)
        elif case.name.endswith(".parquet"):  # it gets a worker of its own
            tried = await asyncio.to_thread(try_source, path)
        else:
            tried = await workers.run(try_source, path)
    except PhotoFailed as error:
        trouble = error.failure.error_type
        figures.outcomes[f"worker lost: {trouble}"] += 1
        figures.lost_workers.append(f"{case.name}: {trouble}")
    except Exception as error:  # noqa: BLE001 - finding what nobody expected is what this is for
        trouble = f"{type(error).__name__}: {error}"
        figures.outcomes["unhandled"] += 1
        figures.unhandled.append(f"{case.name}: {trouble}")
    else:
        figures.outcomes.update(tried.outcomes)
        if tried.peak_bytes > MAX_WORKER_BYTES >= figures.peak_bytes:
            trouble = f"{tried.peak_bytes >> 20} MiB"
            figures.too_big.append(f"{case.name}: {trouble}")
        figures.peak_bytes = max(figures.peak_bytes, tried.peak_bytes)
    if trouble and failing:
        shutil.copyfile(path, failing / case.name)


def mutations(kind: str, count: int, seed: int) -> Iterator[Case]:
    """`count` mutations of the seeds of a kind; the same seed makes the same ones."""
    seeds = _seeds(kind)
    for number in range(count):
        rng = random.Random(f"{seed}-{kind}-{number}")
        called, suffix, data = rng.choice(seeds)
        name = f"{kind}-{seed}-{number:05}{suffix}"
        closer = kind == "images" and number % LOOKED_CLOSER == 0
        yield Case(name, kind, mutated(rng, called, data), closer)


def corpus(folder: Path) -> Iterator[Case]:
    """Files that broke some program once."""
    for path in sorted(folder.iterdir()):
        yield Case(path.name, "corpus", path.read_bytes(), closer=True)


def _seeds(kind: str) -> list[Seed]:
    return {"images": images, "manifests": manifests, "archives": archives}[kind]()


def _show(done: int, total: int, figures: Figures) -> None:
    rate = done / (time.monotonic() - figures.started)
    print(
        f"  {done}/{total}  {rate:.1f}/s  ETA {(total - done) / rate:.0f} s"
        f"  unhandled {len(figures.unhandled)}  lost workers {len(figures.lost_workers)}"
        f"  peak {figures.peak_bytes >> 20} MiB",
        flush=True,
    )


def report(kind: str, figures: Figures) -> None:
    """Outcomes, most common first, and everything that should not be."""
    print(f"{kind}: peak memory of a worker {figures.peak_bytes >> 20} MiB")
    for outcome, count in figures.outcomes.most_common():
        print(f"  {count:6}  {outcome}")
    for line in (*figures.unhandled, *figures.too_big, *figures.lost_workers):
        print(f"  !! {line}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=10_000, help="mutations of each kind")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=KINDS, help="one kind instead of all")
    parser.add_argument("--corpus", type=Path, default=ROOT.parent / "shared/corpus/bad")
    parser.add_argument("--failing", type=Path, help="folder for the files that made trouble")
    parser.add_argument("--workers", type=int, default=None)
    options = parser.parse_args()
    if options.failing:
        options.failing.mkdir(parents=True, exist_ok=True)
    passed = True
    with Workers(
        WorkerSettings(max_workers=options.workers), preload=["tests.soak.hostile_work"]
    ) as workers:
        for kind in KINDS:
            if options.only not in (None, kind):
                continue
            if kind == "corpus":
                if not options.corpus.is_dir():
                    print(f"corpus: {options.corpus} is not there, left out")
                    continue
                total, cases = len(list(options.corpus.iterdir())), corpus(options.corpus)
            else:
                total = options.count
                cases = mutations(kind, total, options.seed)
            figures = asyncio.run(soak(cases, total, workers, options.failing))
            report(kind, figures)
            passed = passed and figures.passed
    print("passed" if passed else "FAILED")
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
