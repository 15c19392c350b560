"""Whose turn it is to ask a host, by what servers on loopback answer."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from darkroom.errors import PhotoFailed
from darkroom.outcomes import Failure
from darkroom.settings import DownloadSettings
from resources.fetching.hosts import Host
from resources.fetching.http import HttpFetcher
from resources.fetching.retries import TryAgainLater

if TYPE_CHECKING:
    from tests.resources.conftest import Site

BODY = b"photo"
QUICK = DownloadSettings(
    max_retries=1, retry_wait_s=0.001, max_retry_wait_s=0.002, allow_addresses=["127.0.0.1"]
)


async def _outcomes(fetcher: HttpFetcher, *urls: str, scratch: Path) -> list[int | Failure]:
    """One after another: bytes, or how it failed."""
    found: list[int | Failure] = []
    for url in urls:
        try:
            found.append((await fetcher.fetch(url, scratch)).bytes)
        except PhotoFailed as error:
            found.append(error.failure)
    return found


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_strained_host_is_named_with_its_limit(site: "Site", tmp_path: Path, status: int) -> None:
    """By what it says of itself; as long as it is asked less than it might be."""
    site.says("/a.jpg", status)
    url = site.says("/a.jpg", body=BODY)
    fetcher = HttpFetcher(QUICK)

    async def fetch() -> list[dict[str, int]]:
        limits = [fetcher.hosts.limits()]
        await _outcomes(fetcher, url, scratch=tmp_path)
        limits.append(fetcher.hosts.limits())
        await fetcher.close()
        return [*limits, fetcher.hosts.limits()]

    assert asyncio.run(fetch()) == [{}, {f"127.0.0.1:{site.port}": 1}, {}]


@pytest.mark.parametrize("status", [404, 403, 500, 408, 425])
def test_trouble_with_one_photo_is_none_of_its_host(
    site: "Site", tmp_path: Path, status: int
) -> None:
    """It answered: it is asked as much as before."""
    url = site.says("/a.jpg", status)
    fetcher = HttpFetcher(QUICK)

    async def fetch() -> dict[str, int]:
        await _outcomes(fetcher, url, scratch=tmp_path)
        limits = fetcher.hosts.limits()
        await fetcher.close()
        return limits

    assert asyncio.run(fetch()) == {}


def test_ten_hosts_are_named_at_most(tmp_path: Path) -> None:
    """Nobody reads more, and a progress display has few lines."""
    fetcher = HttpFetcher(QUICK.model_copy(update={"max_retries": 0, "connect_timeout_s": 5.0}))
    urls = [f"http://127.0.0.1:1/{n}.jpg".replace(".0.1:1", f".0.{n + 1}:1") for n in range(12)]

    async def fetch() -> dict[str, int]:
        await _outcomes(fetcher, *urls, scratch=tmp_path)
        limits = fetcher.hosts.limits()
        await fetcher.close()
        return limits

    fetcher._policy = type(fetcher._policy)(["127.0.0.0/8"])
    assert list(asyncio.run(fetch()).values()) == [1] * 10


@pytest.fixture
def silent() -> Iterator[str]:
    """A server that takes every connection and says nothing."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as server:
        yield f"127.0.0.1:{server.getsockname()[1]}"


def test_a_host_that_never_answers_is_given_up(tmp_path: Path, silent: str) -> None:
    """Its other photos are not worth a deadline each; they may pass at another time."""
    url = f"http://{silent}/a.jpg"
    fetcher = HttpFetcher(QUICK.model_copy(update={"read_timeout_s": 0.02, "max_retries": 1}))

    async def fetch() -> list[int | Failure]:
        found = await _outcomes(fetcher, *[url] * 8, scratch=tmp_path)
        await fetcher.close()
        return found

    timed_out = Failure(
        error_type="Timeout",
        message=f"{url} sent nothing for downloads.read_timeout_s",
        attempts=2,
        retryable=True,
    )
    given_up = Failure(
        error_type="HostSilent",
        message=f"{url} was not asked for: {silent} left many requests in a row without an answer",
        attempts=0,
        retryable=True,
    )
    assert asyncio.run(fetch()) == [timed_out] * 6 + [given_up] * 2


class _Clock:
    """Time that passes only for those who sleep."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        self.slept: list[float] = []
        monkeypatch.setattr("resources.fetching.hosts.time.monotonic", lambda: self.now)
        monkeypatch.setattr("resources.fetching.hosts.asyncio.sleep", self.sleep)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@pytest.mark.parametrize(("asked_for", "slept"), [(7.0, 7.0), (86400.0, 30.0)])
def test_a_wish_for_quiet_holds_back_every_photo_of_the_host(
    monkeypatch: pytest.MonkeyPatch, asked_for: float, slept: float
) -> None:
    """Not the one alone that was told; for no longer than `max_retry_wait_s`."""
    clock = _Clock(monkeypatch)

    async def ask() -> None:
        host = Host("a.example", DownloadSettings())
        refused = TryAgainLater("TooManyRequests", "no", attempts=1, wait_s=asked_for, strain=True)
        with contextlib.suppress(TryAgainLater):
            async with host.turn("http://a.example/1.jpg", 1):
                with host.watched() as request:
                    request.answered()
                    raise refused
        async with host.turn("http://a.example/2.jpg", 1):
            pass

    asyncio.run(ask())

    assert clock.slept == [slept]


def test_who_waits_for_a_host_has_no_place(site: "Site", tmp_path: Path) -> None:
    """A place is taken for each attempt, and given back before the wait for the next."""
    site.says("/a.jpg", 503)
    url = site.says("/a.jpg", body=BODY)
    events: list[str] = []

    @asynccontextmanager
    async def place() -> AsyncIterator[None]:
        events.append("taken")
        try:
            yield
        except PhotoFailed as error:
            events.append(f"left after {error.failure.error_type}")
            raise
        events.append("kept")

    async def fetch() -> None:
        fetcher = HttpFetcher(QUICK)
        await fetcher.fetch(url, tmp_path, place)
        await fetcher.close()

    asyncio.run(fetch())

    assert events == ["taken", "left after ServerError", "taken", "kept"]
