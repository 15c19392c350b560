"""Photos behind `http:` and `https:`."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from weakref import WeakKeyDictionary

import aiohttp
from yarl import URL

from darkroom.errors import PhotoFailed
from darkroom.intake.addresses import AddressPolicy
from darkroom.ports import Fetched
from darkroom.settings import DownloadSettings
from darkroom.uris import shown
from resources.fetching.connector import GuardedConnector
from resources.fetching.http_errors import check_status, reported
from resources.fetching.part_file import BodyTooLarge, PartFile
from resources.fetching.retries import with_retries

_PIECE = 1 << 18


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete body."""

    path: Path
    bytes: int
    attempts: int
    content_type: str | None
    seconds: float = 0.0
    """Of all attempts, without the waits before them."""


class HttpFetcher:
    """Streams bodies to files: within deadlines and sizes, a few at a time from one host.

    How many run at once is the caller's choice. Only public addresses are connected to, and those
    that the settings allow.
    """

    def __init__(self, settings: DownloadSettings) -> None:
        self._settings = settings
        self._policy = AddressPolicy(settings.allow_addresses)
        self._by_loop: WeakKeyDictionary[asyncio.AbstractEventLoop, _Connections] = (
            WeakKeyDictionary()
        )

    async def fetch(self, uri: str, scratch: Path) -> Fetched:
        """A new file in `scratch`. Raises `PhotoFailed` after the last attempt."""
        answer = await self.get(uri, scratch, max_bytes=self._settings.max_bytes)
        assert answer is not None  # noqa: S101 - nothing was to be left out
        return Fetched(answer.path, answer.bytes, answer.attempts, answer.seconds)

    async def get(
        self,
        uri: str,
        scratch: Path,
        *,
        max_bytes: int,
        unless: Callable[[str | None], bool] = lambda _: False,
    ) -> Answer | None:
        """The same for any body; None, unread, when `unless` says so of its content type."""
        url = _url(uri)

        async def once(session: aiohttp.ClientSession, number: int) -> Answer | None:
            # It counts the answer that says to go on, and takes 0 for no limit.
            redirects = self._settings.max_redirects + 1
            async with session.get(url, max_redirects=redirects) as response:
                check_status(response, uri, number, datetime.now(UTC))
                content_type = response.headers.get("Content-Type")
                if unless(content_type):
                    return None
                if (response.content_length or 0) > max_bytes:
                    raise BodyTooLarge(max_bytes)
                with PartFile(scratch, max_bytes) as part:
                    # From the loop: the page cache is quicker than a thread and back.
                    async for piece in response.content.iter_chunked(_PIECE):
                        part.write(piece)
                    return Answer(part.keep(), part.bytes, number, content_type)

        seconds = 0.0

        async def attempt(number: int) -> Answer | None:
            nonlocal seconds
            connections = self._connections()
            # Waiting for a turn comes before the deadline starts.
            async with connections.turns(url.raw_host or "", self._settings.max_per_host):
                started = time.perf_counter()
                try:
                    with reported(uri, number):
                        return await once(connections.session, number)
                finally:
                    seconds += time.perf_counter() - started

        answer = await with_retries(attempt, self._settings)
        return answer and replace(answer, seconds=seconds)

    async def close(self) -> None:
        """Give back this loop's connections. The next fetch opens new ones."""
        connections = self._by_loop.pop(asyncio.get_running_loop(), None)
        if connections is not None:
            await connections.session.close()

    def _connections(self) -> "_Connections":
        loop = asyncio.get_running_loop()
        connections = self._by_loop.get(loop)
        if connections is None:
            connections = self._by_loop[loop] = _Connections(self._session())
        return connections

    def _session(self) -> aiohttp.ClientSession:
        settings = self._settings
        return aiohttp.ClientSession(
            connector=GuardedConnector(
                self._policy,
                limit=0,
                # Turns count requests by the host they start at; this also holds for redirects.
                limit_per_host=settings.max_per_host,
            ),
            timeout=aiohttp.ClientTimeout(
                total=settings.total_timeout_s,
                sock_connect=settings.connect_timeout_s,
                sock_read=settings.read_timeout_s,
            ),
            # Photos are compressed already. Who compresses them anyway is unpacked piece by piece,
            # and counted as unpacked.
            headers={"User-Agent": settings.user_agent, "Accept-Encoding": "identity"},
            cookie_jar=aiohttp.DummyCookieJar(),
            # A proxy would connect to whatever it likes.
            trust_env=False,
            requote_redirect_url=False,
            read_bufsize=_PIECE,
        )


@dataclass(slots=True)
class _Connections:
    """What belongs to one event loop."""

    session: aiohttp.ClientSession
    _turns: dict[str, asyncio.Semaphore] = field(default_factory=dict)

    def turns(self, host: str, limit: int) -> asyncio.Semaphore:
        return self._turns.setdefault(host, asyncio.Semaphore(limit))


def _url(uri: str) -> URL:
    """An address that is complete is sent as it is: requoting would break signed ones."""
    complete = uri.isascii() and uri.isprintable() and " " not in uri
    try:
        url = URL(uri, encoded=complete)
        # Parts are taken apart when they are first asked for.
        _ = url.raw_host, url.port
    except ValueError as error:
        why = f"{shown(uri)} is not a web address"
        raise PhotoFailed("InvalidUrl", why, retryable=False) from error
    return url
