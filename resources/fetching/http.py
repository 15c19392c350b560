"""Photos behind `http:` and `https:`."""

import asyncio
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from weakref import WeakKeyDictionary

import aiohttp
from yarl import URL

from darkroom.errors import PhotoFailed
from darkroom.intake.addresses import AddressPolicy
from darkroom.ports import Fetched, Place
from darkroom.settings import DownloadSettings
from darkroom.uris import shown
from resources.fetching.connector import GuardedConnector
from resources.fetching.hosts import HostGivenUp, Hosts, Request
from resources.fetching.http_errors import address_judged, check_status, reported
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
    sha256: str
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
        self.hosts = Hosts(settings)
        self._sessions: WeakKeyDictionary[asyncio.AbstractEventLoop, aiohttp.ClientSession] = (
            WeakKeyDictionary()
        )

    async def fetch(self, uri: str, scratch: Path, place: Place = nullcontext) -> Fetched:
        """A new file in `scratch`. Raises `PhotoFailed` after the last attempt."""
        answer = await self.get(uri, scratch, max_bytes=self._settings.max_bytes, place=place)
        assert answer is not None  # noqa: S101 - nothing was to be left out
        return Fetched(
            answer.path, answer.bytes, answer.attempts, answer.seconds, sha256=answer.sha256
        )

    async def get(
        self,
        uri: str,
        scratch: Path,
        *,
        max_bytes: int,
        unless: Callable[[str | None], bool] = lambda _: False,
        place: Place = nullcontext,
    ) -> Answer | None:
        """The same for any body; None, unread, when `unless` says so of its content type."""
        url = _url(uri)

        async def once(number: int, request: Request) -> Answer | None:
            session = self._session()
            # It counts the answer that says to go on, and takes 0 for no limit.
            redirects = self._settings.max_redirects + 1
            with address_judged():
                response = await session.get(url, max_redirects=redirects)
            async with response:
                request.answered()
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
                    return Answer(part.keep(), part.bytes, number, content_type, part.sha256)

        seconds = 0.0

        async def attempt(number: int) -> Answer | None:
            nonlocal seconds
            host = self.hosts.host(_origin(url))
            # Waiting for a turn, and for a place, comes before the deadline starts.
            async with host.turn(uri, number), place():
                started = time.perf_counter()
                try:
                    with host.watched() as request, reported(uri, number):
                        return await once(number, request)
                finally:
                    seconds += time.perf_counter() - started

        answer = await with_retries(attempt, self._settings, final=HostGivenUp)
        return answer and replace(answer, seconds=seconds)

    async def close(self) -> None:
        """Give back this loop's connections. The next fetch opens new ones."""
        self.hosts.forget()
        session = self._sessions.pop(asyncio.get_running_loop(), None)
        if session is not None:
            await session.close()

    def _session(self) -> aiohttp.ClientSession:
        loop = asyncio.get_running_loop()
        session = self._sessions.get(loop)
        if session is None:
            session = self._sessions[loop] = self._new_session()
        return session

    def _new_session(self) -> aiohttp.ClientSession:
        settings = self._settings
        return aiohttp.ClientSession(
            connector=GuardedConnector(
                self._policy,
                lookup_timeout_s=settings.connect_timeout_s,
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


def _origin(url: URL) -> str:
    """What is asked a few at a time: a host, at the port that it listens on."""
    return url.raw_authority.rpartition("@")[2].lower()


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
