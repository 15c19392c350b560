"""Room for files that are on their way."""

import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from darkroom.errors import WorldError

_YOUNG_S = 60.0
"""Between making a folder and locking it lies a moment; nobody takes this long."""


@contextmanager
def new_folder(inside: Path) -> Iterator[Path]:
    """A new empty folder, gone with the context. Raises `WorldError` when there is no room."""
    try:
        path = Path(tempfile.mkdtemp(dir=inside))
    except OSError as error:
        raise WorldError(f"scratch cannot be written to: {error}") from error
    try:
        yield path
    finally:
        _remove(path)


def _remove(folder: Path) -> None:
    """For the few files of a photo `rmtree` makes four times as many system calls."""
    try:
        for path in folder.iterdir():
            path.unlink()
        folder.rmdir()
    except OSError:  # as for folders inside
        shutil.rmtree(folder, ignore_errors=True)


@dataclass(frozen=True, slots=True)
class Scratch:
    """A folder whose contents mean nothing once nobody works in it."""

    root: Path

    @contextmanager
    def folder(self) -> Iterator[Path]:
        """As `new_folder`; also removes what processes that were killed have left.

        A folder in use is locked, and its lock ends with the process that holds it.
        """
        try:
            self.root.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise WorldError(f"scratch cannot be written to: {error}") from error
        self._sweep()
        with new_folder(self.root) as path, ExitStack() as held:
            with suppress(OSError):  # on a file system without locks nobody sweeps either
                held.enter_context(_locked(path))
            yield path

    def _sweep(self) -> None:
        for path in self.root.iterdir():
            with suppress(OSError):  # somebody removes it too
                # Files are copies of objects, and not locked: only time tells that they are left.
                if path.is_dir() and time.time() - path.stat().st_mtime > _YOUNG_S:
                    remove_unused(path)


def remove_unused(path: Path) -> bool:
    """Remove a folder or file of a scratch; False when somebody works in it, or it is gone."""
    try:
        if not path.is_dir():
            path.unlink()
            return True
        with _locked(path):
            shutil.rmtree(path)
    except OSError:
        return False
    return True


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Raises `BlockingIOError` when another has the lock."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(handle)
