"""What a contender left behind: whether all made the same."""

import json
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq
from PIL import Image

from darkroom.storage.blobs import blob_name

LONG_EDGE_PX = 1024


@dataclass(frozen=True, slots=True)
class Renditions:
    sizes: Counter[tuple[int, int]]
    """How many sound ones there are of each width and height."""
    unfit: int
    """How many are no JPEG, cannot be decoded to their end or do not fit."""


def renditions(out: Path) -> Renditions:
    """Each of them decoded: files in a folder, or blobs that a home's tables name."""
    with ThreadPoolExecutor() as pool:
        found = Counter(pool.map(_sound_size, _files(out)))
    unfit = found.pop(None, 0)
    return Renditions(Counter({size: many for size, many in found.items() if size}), unfit)


def work_seconds(out: Path, printed: str) -> float | None:
    """What the engine prints, or what Dagster wrote down of the steps `ingest` of a home."""
    if (out / "dagster.yaml").exists():
        return _step_seconds(out)
    try:
        return float(json.loads(printed.splitlines()[-1])["wall_s"])
    except (IndexError, KeyError, TypeError, ValueError):
        return None


def _files(out: Path) -> Iterator[Path]:
    tables = out / "store" / "tables" / "renditions"
    if not tables.exists():
        yield from out.rglob("*.jpg")
        return
    for file in tables.glob("*.parquet"):
        for sha256 in pq.read_table(file, columns=["sha256"])["sha256"].to_pylist():
            if sha256:  # none of a photo that was rejected
                yield out / "store" / blob_name(sha256)


def _sound_size(path: Path) -> tuple[int, int] | None:
    """None for a file that is no rendition as it was asked for."""
    try:
        with Image.open(path, formats=["JPEG"]) as image:
            image.load()
    except (OSError, SyntaxError):  # the latter is what Pillow says of some broken headers
        return None
    return image.size if max(image.size) <= LONG_EDGE_PX else None


def _step_seconds(home: Path) -> float | None:
    """From the start of the first step ingest to the end of the last: they may overlap."""
    import dagster as dg

    starts, ends = [], []
    with dg.DagsterInstance.from_config(str(home)) as instance:
        for run in instance.get_runs():
            for step in instance.get_run_step_stats(run.run_id):
                if step.step_key == "ingest" and step.start_time and step.end_time:
                    starts.append(step.start_time)
                    ends.append(step.end_time)
    return max(ends) - min(starts) if ends else None
