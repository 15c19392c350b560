"""Sources that are elsewhere: web addresses and buckets.

The libraries for either are loaded by whoever names such a source: they take their time.
"""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

from darkroom.errors import PhotoFailed, SourceUnreadable
from darkroom.file_digests import sha256_of
from darkroom.ports import BucketObject, Download
from darkroom.settings import DownloadSettings, IntakeSettings, S3Settings
from darkroom.uris import S3Address, s3_uri, scheme_of, shown

_PATIENCE_S = 3600.0
"""For one attempt: an archive of many gigabytes takes its time. Silence ends it much sooner."""


class RemoteListing:
    """Holds what `darkroom.ports.RemoteSources` promises.

    Not to be called from a running event loop: a download starts one of its own.
    """

    def __init__(self, downloads: DownloadSettings, s3: S3Settings, intake: IntakeSettings) -> None:
        self._downloads = downloads.model_copy(update={"total_timeout_s": _PATIENCE_S})
        self._max_bytes = intake.max_archive_bytes
        self._s3 = s3

    def objects(self, prefix: S3Address) -> Iterator[BucketObject]:
        from resources.fetching.s3_errors import reported

        uri = s3_uri(prefix)
        try:
            with reported(uri, 1):
                yield from self._listed(prefix)
        except PhotoFailed as error:
            raise _unreadable(uri, error) from error

    def _listed(self, prefix: S3Address) -> Iterator[BucketObject]:
        from resources.s3_clients import s3_client

        pages = s3_client(self._s3).get_paginator("list_objects_v2")
        for page in pages.paginate(Bucket=prefix.bucket, Prefix=prefix.key):
            for item in page.get("Contents", []):
                yield BucketObject(item["Key"], item["ETag"].strip('"'))

    def download(
        self, uri: str, folder: Path, *, unless: Callable[[str | None], bool]
    ) -> Download | None:
        try:
            if scheme_of(uri) == "s3":
                return asyncio.run(self._from_s3(uri, folder))
            return asyncio.run(self._from_web(uri, folder, unless))
        except PhotoFailed as error:
            raise _unreadable(uri, error) from error

    async def _from_web(
        self, uri: str, folder: Path, unless: Callable[[str | None], bool]
    ) -> Download | None:
        from resources.fetching.http import HttpFetcher

        fetcher = HttpFetcher(self._downloads)
        try:
            answer = await fetcher.get(uri, folder, max_bytes=self._max_bytes, unless=unless)
        finally:
            await fetcher.close()
        if answer is None:
            return None
        return Download(answer.path, answer.sha256, answer.content_type)

    async def _from_s3(self, uri: str, folder: Path) -> Download:
        from resources.fetching.s3 import S3Fetcher
        from resources.fetching.threads import Threads

        threads = Threads(1)
        fetcher = S3Fetcher(self._downloads, self._s3, threads)
        try:
            fetched = await fetcher.get(uri, folder, max_bytes=self._max_bytes)
        finally:
            await threads.close()
        return Download(fetched.path, fetched.sha256 or sha256_of(fetched.path), content_type=None)


def _unreadable(uri: str, error: PhotoFailed) -> SourceUnreadable:
    """The same sentence; it starts with the address already."""
    address = shown(uri)
    return SourceUnreadable(address, error.failure.message.removeprefix(f"{address} "))
