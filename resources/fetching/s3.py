"""Photos in S3 buckets."""

import time
from contextlib import closing, nullcontext
from functools import partial
from pathlib import Path

from darkroom.errors import PhotoFailed
from darkroom.ports import Fetched, Place
from darkroom.settings import DownloadSettings, S3Settings
from darkroom.uris import S3Address, parse_s3_uri
from resources.fetching.hosts import HostGivenUp, Hosts, Request
from resources.fetching.part_file import BodyTooLarge, PartFile
from resources.fetching.retries import with_retries
from resources.fetching.s3_errors import reported
from resources.fetching.threads import Threads
from resources.s3_clients import s3_client

_PIECE = 1 << 18


class S3Fetcher:
    """Streams objects to files. Attempts are counted here, so boto3 makes one at a time."""

    def __init__(self, settings: DownloadSettings, s3: S3Settings, threads: Threads) -> None:
        self._settings = settings
        self._s3 = s3.model_copy(update={"max_attempts": 1})
        self._threads = threads
        self.hosts = Hosts(settings)

    async def fetch(self, uri: str, scratch: Path, place: Place = nullcontext) -> Fetched:
        """A new file in `scratch`. Raises `PhotoFailed` after the last attempt."""
        return await self.get(uri, scratch, max_bytes=self._settings.max_bytes, place=place)

    async def close(self) -> None:
        """Forget how the buckets did."""
        self.hosts.forget()

    async def get(
        self, uri: str, scratch: Path, *, max_bytes: int, place: Place = nullcontext
    ) -> Fetched:
        try:
            address = parse_s3_uri(uri)
        except ValueError as error:
            raise PhotoFailed("InvalidUrl", f"{uri} is {error}", retryable=False) from error

        async def attempt(number: int) -> Fetched:
            host = self.hosts.host(f"s3://{address.bucket}")
            async with host.turn(uri, number), place():
                with host.watched() as request, reported(uri, number):
                    once = partial(self._once, address, scratch, max_bytes)
                    return await self._threads.run(once, number, request)

        return await with_retries(attempt, self._settings, final=HostGivenUp)

    def _once(
        self, address: S3Address, scratch: Path, max_bytes: int, number: int, request: Request
    ) -> Fetched:
        deadline = time.monotonic() + self._settings.total_timeout_s
        client = s3_client(
            self._s3,
            connect_timeout_s=self._settings.connect_timeout_s,
            read_timeout_s=self._settings.read_timeout_s,
        )
        answer = client.get_object(Bucket=address.bucket, Key=address.key)
        request.answered()
        with closing(answer["Body"]) as body, PartFile(scratch, max_bytes) as part:
            # A gateway that answers in chunks says no length beforehand.
            if answer.get("ContentLength", 0) > max_bytes:
                raise BodyTooLarge(max_bytes)
            for piece in body.iter_chunks(_PIECE):
                part.write(piece)
                if time.monotonic() > deadline:
                    raise TimeoutError
            return Fetched(part.keep(), part.bytes, number, sha256=part.sha256)
