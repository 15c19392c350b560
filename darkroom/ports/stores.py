"""Where bytes are kept."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol


class Store(Protocol):
    """Named objects. Names are relative POSIX paths of safe segments, they cannot leave the store.

    A reader never sees half an object. All methods raise `StoreUnavailable` when the store is away,
    refuses or is full; none of them ever changes the source file it was given. Adapters are cheap
    to pickle: they connect on first use in each process, and may be used from several threads.
    """

    def put(self, name: str, data: bytes) -> None:
        """Keep `data` under `name`, replacing what was there in one step."""

    def add(self, name: str, source: Path, *, given: bool = False) -> bool:
        """Keep a copy of the file under `name` unless the name is taken; True when it was free.

        A file that is `given` is never written to again, only removed: it may be kept itself.

        Meant for content-addressed names: repeating it is harmless. An object that is there is kept
        as if it were new, see `darkroom.upkeep.prunable_store`.
        """

    def read(self, name: str) -> bytes:
        """The bytes under `name`. Raises `ObjectMissing`."""

    def local(self, name: str) -> AbstractContextManager[Path]:
        """A readable local file with the bytes of `name` while the context is open.

        Not to be written to. Raises `ObjectMissing`.
        """

    def exists(self, name: str) -> bool:
        """Whether `name` is kept."""

    def renew(self, name: str) -> bool:
        """Whether `name` is kept; if so, it is as if it had been added now."""

    def names(self, prefix: str) -> Iterator[str]:
        """All names that start with `prefix`, sorted."""

    def delete(self, name: str) -> None:
        """Forget `name`; harmless when it is not there."""

    def uri(self, name: str) -> str:
        """Where a person finds `name`: `file:///…` or `s3://bucket/…`."""
