"""A store that is a bucket, or a prefix in one, on any service that speaks S3."""

import io
import re
import shutil
import tempfile
import time
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

from darkroom.errors import SettingsInvalid, StoreUnavailable
from darkroom.settings import S3Settings
from darkroom.storage.object_names import checked_name, checked_prefix, is_object_name
from darkroom.upkeep.prunable_store import FRESH_S, Kept, Unfinished
from resources.s3_clients import s3_client
from resources.stores.locks import alone, lock_file, together
from resources.stores.s3_errors import is_missing, reported, scratch_reported
from resources.stores.s3_uploads import CONFLICT_ATTEMPTS, NameTaken, upload_unless_taken

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client
    from mypy_boto3_s3.type_defs import ObjectTypeDef

_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_COPY_BYTES = 1 << 20
_BROKEN_OFF = (IncompleteReadError, ReadTimeoutError, ResponseStreamingError)


@dataclass(frozen=True)
class S3Store:
    """Objects are keys below `prefix`. Holds what `PrunableStore` promises.

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

    def add(self, name: str, source: Path, *, given: bool = False) -> bool:  # noqa: ARG002 - it is sent
        key = self._key(name)
        with source.open("rb") as original, self._reported(name):
            for _ in range(CONFLICT_ATTEMPTS):
                try:
                    upload_unless_taken(self._client, self.bucket, key, original)
                except NameTaken:
                    if self._renewed(key):
                        return False
                else:
                    return True
        raise StoreUnavailable(f"{self.uri(name)} is there and is not there; try again later")

    def read(self, name: str) -> bytes:
        into = io.BytesIO()
        self._download(name, into)
        return into.getvalue()

    @contextmanager
    def local(self, name: str) -> Iterator[Path]:
        """A copy in `scratch`, removed at the end of the context."""
        with ExitStack() as kept:
            with scratch_reported(self.scratch):
                if self.scratch is not None:
                    self.scratch.mkdir(parents=True, exist_ok=True)
                into = kept.enter_context(
                    tempfile.NamedTemporaryFile(dir=self.scratch, prefix="object-")
                )
                self._download(name, into)
                into.flush()
            yield Path(into.name)

    def exists(self, name: str) -> bool:
        key = self._key(name)
        with self._reported(name):
            return self._written_at(key) is not None

    def renew(self, name: str) -> bool:
        key = self._key(name)
        with self._reported(name):
            return self._renewed(key)

    def names(self, prefix: str) -> Iterator[str]:
        for name, _ in self._entries(prefix):
            yield name

    def delete(self, name: str) -> None:
        key = self._key(name)
        with self._reported(name):
            self._client.delete_object(Bucket=self.bucket, Key=key)

    def listing(self, prefix: str) -> Iterator[Kept]:
        for name, entry in self._entries(prefix):
            yield Kept(name, entry["Size"], entry["LastModified"].timestamp())

    def forget(self, name: str, *, unless_written_since: float) -> bool:
        key = self._key(name)
        with self._reported(name), alone(self._lock(key)):
            written_at = self._written_at(key)
            if written_at is None or written_at >= unless_written_since:
                return False
            self._client.delete_object(Bucket=self.bucket, Key=key)
            return True

    def unfinished(self, prefix: str, *, begun_before: float) -> Iterator[Unfinished]:
        """Uploads in parts, which S3 keeps, and bills, without showing them as objects."""
        with self._reported(prefix):
            pages = self._client.get_paginator("list_multipart_uploads")
            for page in pages.paginate(Bucket=self.bucket, Prefix=self._start + prefix):
                for upload in page.get("Uploads", []):
                    name = upload["Key"].removeprefix(self._start)
                    if is_object_name(name) and upload["Initiated"].timestamp() < begun_before:
                        token = upload["UploadId"]
                        yield Unfinished(name, self._bytes_of_parts(upload["Key"], token), token)

    def discard(self, unfinished: Unfinished) -> None:
        with self._reported(unfinished.name):
            try:
                self._client.abort_multipart_upload(
                    Bucket=self.bucket, Key=self._key(unfinished.name), UploadId=unfinished.token
                )
            except ClientError as error:
                if not is_missing(error):
                    raise

    def uri(self, name: str) -> str:
        return f"s3://{self.bucket}/{self._key(name)}"

    @property
    def _start(self) -> str:
        return f"{self.prefix}/" if self.prefix else ""

    def _key(self, name: str) -> str:
        return self._start + checked_name(name)

    def _entries(self, prefix: str) -> Iterator[tuple[str, "ObjectTypeDef"]]:
        wanted = self._start + checked_prefix(prefix)
        with self._reported(prefix):
            pages = self._client.get_paginator("list_objects_v2")
            for page in pages.paginate(Bucket=self.bucket, Prefix=wanted):
                for entry in page.get("Contents", []):
                    name = entry["Key"].removeprefix(self._start)
                    if is_object_name(name):
                        yield name, entry

    def _lock(self, key: str) -> Path:
        folder = key.rpartition("/")[0]
        return lock_file(self.settings.endpoint_url or "", self.bucket, folder)

    def _renewed(self, key: str) -> bool:
        """Make an object that is there as good as new; False when it is there no more."""
        with together(self._lock(key)):
            written_at = self._written_at(key)
            if written_at is not None and time.time() - written_at > FRESH_S:
                # S3 knows no touch: a copy of the object on itself is a new one.
                self._client.copy_object(
                    Bucket=self.bucket,
                    Key=key,
                    CopySource={"Bucket": self.bucket, "Key": key},
                    MetadataDirective="REPLACE",
                )
            return written_at is not None

    def _written_at(self, key: str) -> float | None:
        """None when there is no such object."""
        try:
            answer = self._client.head_object(Bucket=self.bucket, Key=key)
        except ClientError as error:
            if is_missing(error):
                return None
            raise
        return answer["LastModified"].timestamp()

    def _bytes_of_parts(self, key: str, upload: str) -> int:
        pages = self._client.get_paginator("list_parts")
        return sum(
            part["Size"]
            for page in pages.paginate(Bucket=self.bucket, Key=key, UploadId=upload)
            for part in page.get("Parts", [])
        )

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
