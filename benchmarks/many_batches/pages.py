"""What the UI takes to show its pages of partitions, in a browser without a window."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

from benchmarks.many_batches.browsing import Visit, opened_tab, started_browser

_JOB = "locations/orchestration.definitions/jobs/process_batch"
_PAGES = {
    "batch_report, partitions": "assets/batch_report?view=partitions",
    "process_batch, partitions": f"{_JOB}/partitions",
    "assets": "assets",
    "runs": "runs",
}


def pages(url: str, pictures: Path | None) -> Iterator[tuple[str, float, str]]:
    """Name, seconds until it has all that it asked for, and the slowest question."""
    with started_browser() as port:
        visited = asyncio.run(_visited(port, url))
    for name, (visit, picture) in visited.items():
        if pictures is not None:
            (pictures / f"{name}.png").write_bytes(picture)
        slowest = max(visit.queries, key=lambda query: query.seconds)
        yield name, visit.shown_s, f"{slowest.name} {slowest.seconds:.2f} s"


async def _visited(port: int, url: str) -> dict[str, tuple[Visit, bytes]]:
    found = {}
    async with opened_tab(port) as page:
        await page.visit(f"{url}/overview")  # scripts and styles are read once
        for name, path in _PAGES.items():
            visit = await page.visit(f"{url}/{path}")
            found[name] = (visit, await page.picture())
    return found
