"""Turns between those who rely on an object and those who remove it, on one machine."""

import fcntl
import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def together(place: Path) -> Iterator[None]:
    """Hold the lock of a file or folder along with others, while nobody has it alone.

    On a file system without locks it is not held; there nobody gets it alone, either.
    """
    with _opened(place) as handle:
        with suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_SH)
        yield


@contextmanager
def alone(place: Path) -> Iterator[None]:
    """Hold it while nobody else does. Gone with the process that has it, however that ends."""
    with _opened(place) as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def lock_file(*what: str) -> Path:
    """A file to lock for something that is not on this machine; the same for all of one user."""
    folder = Path(tempfile.gettempdir()) / f"darkroom-locks-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / hashlib.sha256("\0".join(what).encode()).hexdigest()[:32]
    path.touch(mode=0o600)
    return path


@contextmanager
def _opened(place: Path) -> Iterator[int]:
    handle = os.open(place, os.O_RDONLY)
    try:
        yield handle
    finally:
        os.close(handle)
