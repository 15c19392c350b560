"""How well downloads and work on photos overlap inside the ingest step.

    .venv/bin/python benchmarks/overlap.py [--photos FOLDER] [--count 60] [--rounds 5]

A server on this machine delays each answer so that downloading alone takes about as long as
processing alone. Three things are then timed in turn, each in a home of its own: the ingest step
over local files (processing alone), all downloads without any processing, and the ingest step over
the delayed server. Times of the ingest step are Dagster's own, from its start to its success.
"""

import argparse
import asyncio
import http.server
import itertools
import multiprocessing
import os
import shutil
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import dagster as dg

from darkroom.samples import scenes as sample_scenes
from orchestration.announcing import announce
from orchestration.configuration import load_settings
from orchestration.definitions import process_batch_job
from orchestration.home import Home
from orchestration.instance import open_instance
from orchestration.intake import Sender, take_in
from orchestration.wiring import Adapters

_STAGES = ["photos", "validations", "hashes", "renditions"]


class _Delayed(http.server.SimpleHTTPRequestHandler):
    """Answers after `delay_s`: a timer, not work."""

    delay_s = 0.0
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        time.sleep(self.delay_s)
        super().do_GET()

    def log_message(self, *_: object) -> None:
        """Silent."""


class _Server(http.server.ThreadingHTTPServer):
    """Its backlog holds all connections that come at once; the usual five would delay the rest."""

    request_queue_size = 128


@contextmanager
def _served(folder: Path, delay_s: float) -> Iterator[str]:
    handler = type("Handler", (_Delayed,), {"delay_s": delay_s})
    server = _Server(("127.0.0.1", 0), partial(handler, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def _photos(source: Path | None, count: int, folder: Path) -> None:
    """`count` photos: copies of those of a folder, or drawn."""
    if source is not None:
        names = itertools.islice(sorted(p for p in source.iterdir() if p.is_file()), count)
        for path in names:
            shutil.copyfile(path, folder / path.name)
        return
    scenes = itertools.cycle([sample_scenes.lake, sample_scenes.meadow, sample_scenes.forest])
    for number, scene in zip(range(count), scenes, strict=False):
        scene((1600, 1200), seed=number).save(folder / f"{number:03}.jpg", quality=92)


def _manifest(folder: Path, address: str) -> Path:
    lines = [f"{address}/{path.name}" for path in sorted(folder.iterdir())]
    manifest = folder.parent / "urls.txt"
    manifest.write_text("\n".join(lines))
    return manifest


def _ingest_seconds(source: str) -> float:
    """The ingest step over a source, in a new home, run by the executor that batches run by."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as fresh:
        return fresh.submit(_step_seconds, source).result()


def _step_seconds(source: str) -> float:
    with tempfile.TemporaryDirectory() as name:
        home = Home(Path(name))
        adapters = Adapters(home, load_settings(home))
        with open_instance(home, adapters.settings) as instance:
            batch = take_in(adapters, source, Sender("benchmark"), batch_size=10_000).batches[0]
            announce(instance, [batch])
            result = dg.execute_job(
                dg.reconstructable(process_batch_job),
                instance=instance,
                asset_selection=[dg.AssetKey(stage) for stage in _STAGES],
                tags={"dagster/partition": batch.key},
                run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
            )
            step = next(event for event in result.all_events if event.is_step_success)
            return step.step_success_data.duration_ms / 1000


def _download_seconds(manifest: Path) -> float:
    """All downloads as the ingest step makes them, and nothing else."""
    urls = manifest.read_text().split()
    with tempfile.TemporaryDirectory() as name:
        adapters = Adapters(Home(Path(name)), load_settings(Home(Path(name))))
        fetcher = adapters.fetcher

        async def fetch_all() -> None:
            turns = asyncio.Semaphore(adapters.settings.downloads.max_concurrent_downloads)

            async def fetch(url: str) -> None:
                async with turns:
                    await fetcher.fetch(url, Path(name))

            await asyncio.gather(*map(fetch, urls))
            await fetcher.close()

        started = time.perf_counter()
        asyncio.run(fetch_all())
        return time.perf_counter() - started


def main() -> None:
    """Time the three in turn and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--photos", type=Path, help="a folder of photos; drawn when left out")
    parser.add_argument("--count", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    # One limit for the host and for the step: the server is a single host.
    os.environ["DARKROOM_DOWNLOADS__MAX_PER_HOST"] = "16"
    os.environ["DARKROOM_DOWNLOADS__ALLOW_ADDRESSES"] = '["127.0.0.1"]'
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name, "photos")
        folder.mkdir()
        _photos(options.photos, options.count, folder)
        # The first one finds cold caches.
        processing = min(_ingest_seconds(str(folder)) for _ in range(2))
        waves = -(-options.count // 16)
        delay_s = processing / waves
        print(f"{options.count} photos, each answer delayed by {delay_s:.2f} s")
        ratios = []
        with _served(folder, delay_s) as address:
            manifest = _manifest(folder, address)
            for number in range(options.rounds):
                process = _ingest_seconds(str(folder))
                download = _download_seconds(manifest)
                both = _ingest_seconds(str(manifest))
                ratios.append(both / max(process, download))
                print(
                    f"round {number + 1}: processing {process:.2f} s, download {download:.2f} s,"
                    f" both {both:.2f} s, both / longer {ratios[-1]:.2f}"
                )
        print(
            f"both / longer: median {statistics.median(ratios):.2f},"
            f" {min(ratios):.2f} to {max(ratios):.2f}"
        )


if __name__ == "__main__":
    main()
