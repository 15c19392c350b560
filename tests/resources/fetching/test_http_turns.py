"""How long a photo from a busy host took."""

import asyncio
import itertools
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from darkroom.settings import DownloadSettings
from resources.fetching.http import HttpFetcher

if TYPE_CHECKING:
    from tests.resources.conftest import Site


def test_waiting_for_a_turn_is_no_time_spent(
    site: "Site", tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three photos from a host that is asked for one at a time: each took a tick."""
    ticks = itertools.count()
    monkeypatch.setattr(time, "perf_counter", lambda: float(next(ticks)))
    urls = [site.says(f"/{number}.jpg", body=b"bytes") for number in range(3)]

    async def fetch_all() -> list[float | None]:
        fetcher = HttpFetcher(DownloadSettings(max_per_host=1, allow_addresses=["127.0.0.1"]))
        try:
            fetched = await asyncio.gather(*(fetcher.fetch(url, tmp_path) for url in urls))
        finally:
            await fetcher.close()
        return [each.seconds for each in fetched]

    assert asyncio.run(fetch_all()) == [1.0, 1.0, 1.0]


def test_every_attempt_is_time_spent(
    site: "Site", tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not the waits between them."""
    ticks = itertools.count()
    monkeypatch.setattr(time, "perf_counter", lambda: float(next(ticks)))
    site.says("/a.jpg", 503)
    url = site.says("/a.jpg", body=b"bytes")

    async def fetch() -> float | None:
        fetcher = HttpFetcher(
            DownloadSettings(
                retry_wait_s=0.001, max_retry_wait_s=0.002, allow_addresses=["127.0.0.1"]
            )
        )
        try:
            return (await fetcher.fetch(url, tmp_path)).seconds
        finally:
            await fetcher.close()

    assert asyncio.run(fetch()) == 2.0
