"""How well downloads and work on photos overlap: wall of both / the longer of the two alone.

    .venv/bin/python -m benchmarks.overlap [--count 100] [--latencies 0 0.2 3] [--rounds 5]

The engine alone, as in engine.py: photos are fetched, validated, hashed and standardised. A server
on this machine, one host, answers so many seconds late. In each round the work is timed alone, on
local files, and then for each latency the downloads alone, as the engine makes them, and both.
Each is a process of its own in a home of its own, timed from the first fetch to the last table, the
start of worker processes included. The last line is JSON.
"""

import argparse
import asyncio
import json
import multiprocessing
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

from benchmarks.engine import PRELOAD, Engine, settings_of
from benchmarks.side_by_side.photos import draw
from benchmarks.side_by_side.serving import served
from benchmarks.spread import spread
from darkroom.work.fork_servers import fork_server_here
from darkroom.work.lanes import Lanes
from resources.fetching.choice import Fetchers

_LATENCIES = [0.0, 0.05, 0.1, 0.2, 1.0, 3.0]


def _both_s(source: str) -> float:
    """The engine over a source, in a new home."""
    fork_server_here(PRELOAD)
    with tempfile.TemporaryDirectory(prefix="darkroom-overlap-") as name:
        engine = Engine(Path(name), settings_of("JPEG"))
        batch, entries = engine.entries(source)
        started = time.perf_counter()
        engine.take_in(batch, entries, kept=True)
        return time.perf_counter() - started


def _download_s(manifest: str) -> float:
    """The downloads as the engine makes them, and nothing else."""
    urls = Path(manifest).read_text().split()
    with tempfile.TemporaryDirectory(prefix="darkroom-overlap-") as name:
        settings = settings_of("JPEG")
        fetcher = Fetchers(settings.downloads, settings.s3, settings.intake)
        share = 2 * settings.downloads.max_per_host

        async def fetch(lanes: Lanes[str], lane: str, url: str) -> None:
            await fetcher.fetch(url, Path(name))
            lanes.leave(lane)

        async def fetch_all() -> None:
            lanes = Lanes((("host", url) for url in urls), share=share, total=len(urls))
            async with asyncio.TaskGroup() as group:
                while (next_one := await lanes.next()) is not None:
                    group.create_task(fetch(lanes, *next_one))
            await fetcher.close()

        started = time.perf_counter()
        asyncio.run(fetch_all())
        return time.perf_counter() - started


def _alone(work: Callable[[], float]) -> float:
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as fresh:
        return fresh.submit(work).result()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--count", type=int, default=100, help="photos, web-size and drawn")
    parser.add_argument("--latencies", type=float, nargs="+", default=_LATENCIES, help="seconds")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    ratios: dict[float, list[float]] = {latency: [] for latency in options.latencies}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name, "photos")
        draw("web", options.count, folder)
        manifest = Path(name, "urls.txt")
        _alone(partial(_both_s, str(folder)))  # finds cold caches
        for number in range(1, options.rounds + 1):
            work = _alone(partial(_both_s, str(folder)))
            for latency in options.latencies:
                with served(folder, latency) as address:
                    urls = [f"{address}/{path.name}" for path in sorted(folder.glob("*.jpg"))]
                    manifest.write_text("\n".join(urls))
                    download = _alone(partial(_download_s, str(manifest)))
                    both = _alone(partial(_both_s, str(manifest)))
                ratios[latency].append(both / max(work, download))
                print(
                    f"round {number}, {latency:g} s late: work {work:.2f} s, downloads"
                    f" {download:.2f} s, both {both:.2f} s, ratio {ratios[latency][-1]:.2f}",
                    file=sys.stderr,
                )
    for latency, found in ratios.items():
        print(f"{latency:g} s late: both / longer {spread(found)}")
    print(json.dumps(ratios))


if __name__ == "__main__":
    main()
