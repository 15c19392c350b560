"""Sources of batches that are elsewhere."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from darkroom.uris import S3Address


@dataclass(frozen=True, slots=True)
class BucketObject:
    """A key in a bucket, and what says that its content is still the same."""

    key: str
    etag: str


@dataclass(frozen=True, slots=True)
class Download:
    """A source that was elsewhere: a complete file on this machine."""

    path: Path
    sha256: str
    content_type: str | None


class RemoteSources(Protocol):
    """Sources that are not on this machine. Raises `SourceUnreadable`, with a reason."""

    def objects(self, prefix: S3Address) -> Iterator[BucketObject]:
        """All keys that start with the prefix, sorted."""

    def download(
        self, uri: str, folder: Path, *, unless: Callable[[str | None], bool]
    ) -> Download | None:
        """The whole of an `http(s)` or `s3` source, as a new file in `folder`.

        None, with no body read, when `unless` says so of its content type.
        """
