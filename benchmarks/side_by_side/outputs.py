"""What a contender left behind: whether all made the same."""

import json
from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq
from PIL import Image

Sizes = Counter[tuple[int, int]]
"""How many renditions there are of each width and height."""


def sizes(out: Path) -> Sizes:
    """Of the JPEGs in a folder, or of the renditions that a home's tables name."""
    tables = out / "store" / "tables" / "renditions"
    if tables.exists():
        rows = [row for file in tables.glob("*.parquet") for row in pq.read_table(file).to_pylist()]
        return Counter((row["width"], row["height"]) for row in rows if row["format"] == "JPEG")
    return Counter(map(_size, out.rglob("*.jpg")))


def ingest_seconds(out: Path, printed: str) -> float | None:
    """What the engine prints, or what Dagster wrote down of the steps `ingest` of a home."""
    if (out / "dagster.yaml").exists():
        return _step_seconds(out)
    try:
        return float(json.loads(printed.splitlines()[-1])["wall_s"])
    except (IndexError, KeyError, TypeError, ValueError):
        return None


def _step_seconds(home: Path) -> float:
    """From the start of the first step ingest to the end of the last: they may overlap."""
    import dagster as dg

    starts, ends = [], []
    with dg.DagsterInstance.from_config(str(home)) as instance:
        for run in instance.get_runs():
            for step in instance.get_run_step_stats(run.run_id):
                if step.step_key == "ingest" and step.start_time and step.end_time:
                    starts.append(step.start_time)
                    ends.append(step.end_time)
    return max(ends) - min(starts)


def _size(path: Path) -> tuple[int, int]:
    with Image.open(path) as image:
        return image.size
