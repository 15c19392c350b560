"""A file in scratch that is whole or not there."""

import hashlib
import os
from pathlib import Path
from tempfile import mkstemp
from types import TracebackType
from typing import Self

from darkroom.errors import WorldError


class BodyTooLarge(Exception):
    """More bytes than allowed are on their way."""

    def __init__(self, max_bytes: int) -> None:
        super().__init__(f"more than the {max_bytes} bytes allowed")


class PartFile:
    """Counts and hashes a body piece by piece; without `keep` it is gone with the context.

    A piece that goes past `max_bytes` is not written and raises `BodyTooLarge`. A scratch folder
    that is full or gone raises `WorldError`: it concerns every photo.
    """

    def __init__(self, scratch: Path, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._kept = False
        self.bytes = 0
        self._sha256 = hashlib.sha256()
        try:
            handle, name = mkstemp(dir=scratch, prefix="part-")
        except OSError as error:
            raise WorldError(f"scratch cannot be written to: {error}") from error
        self._file = os.fdopen(handle, "wb")
        self._path = Path(name)

    def write(self, piece: bytes) -> None:
        self.bytes += len(piece)
        if self.bytes > self._max_bytes:
            raise BodyTooLarge(self._max_bytes)
        self._sha256.update(piece)
        try:
            self._file.write(piece)
        except OSError as error:
            raise WorldError(f"scratch cannot be written to: {error}") from error

    @property
    def sha256(self) -> str:
        """Of what was written so far."""
        return self._sha256.hexdigest()

    def keep(self) -> Path:
        """The finished file, under its final name."""
        try:
            self._file.close()
            whole = self._path.with_name(self._path.name.removeprefix("part-"))
            self._path.rename(whole)
        except OSError as error:
            raise WorldError(f"scratch cannot be written to: {error}") from error
        self._kept = True
        return whole

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if not self._kept:
            try:
                self._file.close()
            finally:
                self._path.unlink(missing_ok=True)
