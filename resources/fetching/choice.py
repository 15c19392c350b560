"""Which fetcher an address calls for."""

from collections.abc import Mapping
from contextlib import nullcontext
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from darkroom.errors import PhotoFailed
from darkroom.intake.roots import OUTSIDE, is_below
from darkroom.ports import MAX_HOSTS_SHOWN, Fetched, Place
from darkroom.settings import DownloadSettings, IntakeSettings, S3Settings
from darkroom.uris import scheme_of, shown
from resources.fetching.archives import ArchiveFetcher
from resources.fetching.files import FileFetcher
from resources.fetching.threads import Threads

if TYPE_CHECKING:
    from resources.fetching.http import HttpFetcher
    from resources.fetching.s3 import S3Fetcher

_SCHEMES = ("file", "zip", "http", "https", "s3")


class Fetchers:
    """Every scheme that photos come by. Holds what `darkroom.ports.Fetcher` promises.

    Fetches of different addresses may run at once. After `close` it can be used again.
    """

    def __init__(self, settings: DownloadSettings, s3: S3Settings, intake: IntakeSettings) -> None:
        self._settings = settings
        self._s3_settings = s3
        self._roots = intake.allow_roots
        self._threads = Threads(settings.max_concurrent_downloads)
        self._files = FileFetcher(settings)
        self._archives = ArchiveFetcher(settings, intake, self._threads)

    @cached_property
    def _http(self) -> "HttpFetcher":
        # Its library takes its time to load: only who fetches from the web waits for it.
        from resources.fetching.http import HttpFetcher

        return HttpFetcher(self._settings)

    @cached_property
    def _s3(self) -> "S3Fetcher":
        from resources.fetching.s3 import S3Fetcher

        return S3Fetcher(self._settings, self._s3_settings, self._threads)

    async def fetch(self, uri: str, scratch: Path, place: Place = nullcontext) -> Fetched:
        if uri.startswith(OUTSIDE):
            uri = self._allowed(uri.removeprefix(OUTSIDE))
        scheme = scheme_of(uri)
        if scheme in ("http", "https"):
            return await self._http.fetch(uri, scratch, place)
        if scheme == "file":
            async with place():
                return await self._files.fetch(uri, scratch)
        if scheme == "zip":
            async with place():
                return await self._archives.fetch(uri, scratch)
        if scheme == "s3":
            return await self._s3.fetch(uri, scratch, place)
        raise _unknown(uri, scheme)

    def _allowed(self, uri: str) -> str:
        """It was outside when it was listed; the roots may be others now."""
        try:
            if is_below(uri, self._roots):
                return uri
        except ValueError as error:
            raise PhotoFailed("InvalidUrl", f"{uri} is {error}", retryable=False) from error
        raise PhotoFailed(
            "OutsideRoots",
            f"{uri} lies outside of what was imported; intake.allow_roots can allow it",
            retryable=False,
        )

    def host_limits(self) -> Mapping[str, int]:
        limits: dict[str, int] = {}
        if "_http" in self.__dict__:
            limits |= self._http.hosts.limits()
        if "_s3" in self.__dict__:
            limits |= self._s3.hosts.limits()
        return dict(sorted(limits.items(), key=lambda each: each[1])[:MAX_HOSTS_SHOWN])

    async def close(self) -> None:
        if "_http" in self.__dict__:
            await self._http.close()
        if "_s3" in self.__dict__:
            await self._s3.close()
        await self._threads.close()
        await self._archives.close()


def _unknown(uri: str, scheme: str) -> PhotoFailed:
    if not uri:
        return PhotoFailed("MissingUrl", "its manifest names no address", retryable=False)
    if scheme == "refused":
        return PhotoFailed(
            "LocalFileRefused",
            f"a manifest from elsewhere may not name files of this machine: {uri[8:]}",
            retryable=False,
        )
    known = ", ".join(_SCHEMES)
    return PhotoFailed(
        "UnsupportedScheme",
        f"{shown(uri)} is of no scheme that is known: {known}",
        retryable=False,
    )
