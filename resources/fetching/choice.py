"""Which fetcher an address calls for."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import aiohttp

from darkroom.errors import PhotoFailed
from darkroom.ports import Fetched
from darkroom.settings import DownloadSettings, IntakeSettings, S3Settings
from darkroom.uris import scheme_of, shown
from resources.fetching.archives import ArchiveFetcher
from resources.fetching.files import FileFetcher
from resources.fetching.http import HttpFetcher
from resources.fetching.s3 import S3Fetcher
from resources.fetching.threads import Threads


class Fetchers:
    """Every scheme that photos come by. Holds what `darkroom.ports.Fetcher` promises.

    Fetches of different addresses may run at once. After `close` it can be used again.
    """

    def __init__(
        self,
        settings: DownloadSettings,
        s3: S3Settings,
        intake: IntakeSettings,
        *,
        socket_factory: aiohttp.SocketFactoryType | None = None,
    ) -> None:
        self._threads = Threads(settings.max_concurrent_downloads)
        self._archives = ArchiveFetcher(settings, intake, self._threads)
        self._http = HttpFetcher(settings, socket_factory=socket_factory)
        self._by_scheme: dict[str, Callable[[str, Path], Awaitable[Fetched]]] = {
            "file": FileFetcher(settings).fetch,
            "zip": self._archives.fetch,
            "http": self._http.fetch,
            "https": self._http.fetch,
            "s3": S3Fetcher(settings, s3, self._threads).fetch,
        }

    async def fetch(self, uri: str, scratch: Path) -> Fetched:
        scheme = scheme_of(uri)
        fetch = self._by_scheme.get(scheme)
        if fetch is not None:
            return await fetch(uri, scratch)
        if not uri:
            raise PhotoFailed("MissingUrl", "its manifest names no address", retryable=False)
        if scheme == "refused":
            raise PhotoFailed(
                "LocalFileRefused",
                f"a manifest from elsewhere may not name files of this machine: {uri[8:]}",
                retryable=False,
            )
        known = ", ".join(self._by_scheme)
        raise PhotoFailed(
            "UnsupportedScheme",
            f"{shown(uri)} is of no scheme that is known: {known}",
            retryable=False,
        )

    async def close(self) -> None:
        await self._http.close()
        await self._threads.close()
        await self._archives.close()
