"""A store that is a bucket, or a prefix in one, on any service that speaks S3."""

import io
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING

from botocore.exceptions import (
    ClientError,
    IncompleteReadError,
    ReadTimeoutError,
    ResponseStreamingError,
)
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from darkroom.errors import SettingsInvalid
from darkroom.settings import S3Settings
from darkroom.storage.object_names import checked_name, checked_prefix, is_object_name
from resources.s3_clients import s3_client
from resources.stores.s3_errors import is_missing, reported, scratch_reported
from resources.stores.s3_uploads import NameTaken, upload_unless_taken

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_COPY_BYTES = 1 << 20
_BROKEN_OFF = (IncompleteReadError, ReadTimeoutError, ResponseStreamingError)


@dataclass(frozen=True)
class S3Store:
    """Objects are keys below `prefix`. Holds what `darkroom.ports.Store` promises.

    S3 shows a key only once all of it has arrived. `scratch` is where `local` puts its copies; the
    system's own folder for temporary files when unset. Credentials come from where boto3 finds
    them, never from settings.
    """

    bucket: str
    prefix: str = ""
    settings: S3Settings = field(default_factory=S3Settings)
    scratch: Path | None = None

    def __post_init__(self) -> None:
        if _BUCKET.fullmatch(self.bucket) is None:
            raise SettingsInvalid(f"{self.bucket!r} is not the name of an S3 bucket")
        if self.prefix and not is_object_name(self.prefix):
            raise SettingsInvalid(f"{self.prefix!r} cannot be a prefix in an S3 bucket")

    def put(self, name: str, data: bytes) -> None:
        key = self._key(name)
        with self._reported(name):
            self._client.put_object(Bucket=self.bucket, Key=key, Body=data)

    def add(self, name: str, source: Path) -> bool:
        key = self._key(name)
        with source.open("rb") as original, self._reported(name):
            try:
                upload_unless_taken(self._client, self.bucket, key, original)
            except NameTaken:
                return False
            return True

    def read(self, name: str) -> bytes:
        into = io.BytesIO()
        self._download(name, into)
        return into.getvalue()

    @contextmanager
    def local(self, name: str) -> Iterator[Path]:
        """A copy in `scratch`, removed at the end of the context."""
        with ExitStack() as kept:
            with scratch_reported(self.scratch):
                into = kept.enter_context(
                    tempfile.NamedTemporaryFile(dir=self.scratch, prefix="object-")
                )
                self._download(name, into)
                into.flush()
            yield Path(into.name)

    def exists(self, name: str) -> bool:
        key = self._key(name)
        with self._reported(name):
            try:
                self._client.head_object(Bucket=self.bucket, Key=key)
            except ClientError as error:
                if is_missing(error):
                    return False
                raise
            return True

    def names(self, prefix: str) -> Iterator[str]:
        start = f"{self.prefix}/" if self.prefix else ""
        wanted = start + checked_prefix(prefix)
        with self._reported(prefix):
            pages = self._client.get_paginator("list_objects_v2")
            for page in pages.paginate(Bucket=self.bucket, Prefix=wanted):
                for entry in page.get("Contents", []):
                    name = entry["Key"].removeprefix(start)
                    if is_object_name(name):
                        yield name

    def delete(self, name: str) -> None:
        key = self._key(name)
        with self._reported(name):
            self._client.delete_object(Bucket=self.bucket, Key=key)

    def uri(self, name: str) -> str:
        return f"s3://{self.bucket}/{self._key(name)}"

    def _key(self, name: str) -> str:
        checked_name(name)
        return f"{self.prefix}/{name}" if self.prefix else name

    @property
    def _client(self) -> "S3Client":
        return s3_client(self.settings)

    def _reported(self, name: str) -> AbstractContextManager[None]:
        return reported(name, bucket=self.bucket, endpoint_url=self.settings.endpoint_url)

    def _download(self, name: str, into: IO[bytes]) -> None:
        """One request as a rule. boto3 repeats requests, but not one whose body breaks off."""
        key = self._key(name)
        with self._reported(name):
            for attempt in Retrying(
                retry=retry_if_exception_type(_BROKEN_OFF),
                stop=stop_after_attempt(self.settings.max_attempts),
                wait=wait_random_exponential(0.2, max=5),
                reraise=True,
            ):
                with attempt:
                    into.seek(0)
                    into.truncate()
                    answer = self._client.get_object(Bucket=self.bucket, Key=key)
                    shutil.copyfileobj(answer["Body"], into, _COPY_BYTES)
