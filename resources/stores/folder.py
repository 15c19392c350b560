"""A store that is a folder on a local or mounted disk."""

import errno
import os
import re
import shutil
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from darkroom.errors import ObjectMissing, StoreUnavailable
from darkroom.storage.object_names import checked_name, checked_prefix, is_object_name
from darkroom.upkeep.prunable_store import FRESH_S, Kept, Unfinished
from resources.stores.locks import alone, together

_FULL = {errno.ENOSPC, errno.EDQUOT}
_NO_HARD_LINKS = {
    errno.EPERM,
    errno.ENOTSUP,
    errno.EOPNOTSUPP,
    errno.ENOSYS,
    errno.EMLINK,
    errno.EXDEV,
}
_COPY_BYTES = 1 << 20
_UNFINISHED = re.compile(r"\.[0-9a-f]{32}\.unfinished")


@dataclass(frozen=True)
class FolderStore:
    """Objects are files below `root`. Holds what `PrunableStore` promises.

    A file is written beside its place under a name that starts with a dot, synced and renamed, and
    its folder synced: after a power cut an object is there in full or not at all.
    """

    root: Path

    def __post_init__(self) -> None:
        # Another process may have another working directory.
        object.__setattr__(self, "root", self.root.absolute())

    def put(self, name: str, data: bytes) -> None:
        path = self._path(name)
        with self._reported(name), _beside(path) as unfinished:
            with unfinished.open("xb") as file:
                file.write(data)
                _finish(file)
            unfinished.replace(path)
            _sync_folder(path.parent)

    def add(self, name: str, source: Path, *, given: bool = False) -> bool:
        path = self._path(name)
        with source.open("rb") as original, self._reported(name):
            if path.is_file() and _renewed(path):
                return False
            with _beside(path) as unfinished:
                if given and _linked(source, unfinished):
                    os.fsync(original.fileno())
                else:
                    with unfinished.open("xb") as file:
                        shutil.copyfileobj(original, file, _COPY_BYTES)
                        _finish(file)
                # Taken by now, and forgotten the moment after: then the name is free again.
                while not (added := _place(unfinished, path)) and not _renewed(path):
                    pass
                _sync_folder(path.parent)
                return added

    def read(self, name: str) -> bytes:
        path = self._path(name)
        with self._reported(name):
            try:
                return path.read_bytes()
            except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
                raise ObjectMissing(name) from None

    @contextmanager
    def local(self, name: str) -> Iterator[Path]:
        """The object's own file: do not write to it."""
        if not self.exists(name):
            raise ObjectMissing(name)
        yield self._path(name)

    def exists(self, name: str) -> bool:
        with self._reported(name):
            return self._path(name).is_file()

    def renew(self, name: str) -> bool:
        path = self._path(name)
        with self._reported(name):
            return path.is_file() and _renewed(path)

    def names(self, prefix: str) -> Iterator[str]:
        folder, slash, start = checked_prefix(prefix).rpartition("/")
        with self._reported(prefix):
            yield from _names(self.root / folder, folder + slash, start)

    def delete(self, name: str) -> None:
        path = self._path(name)
        with self._reported(name):
            if path.is_file():
                path.unlink(missing_ok=True)
                _sync_folder(path.parent)

    def listing(self, prefix: str) -> Iterator[Kept]:
        for name in self.names(prefix):
            with self._reported(name), suppress(FileNotFoundError):
                status = self._path(name).stat()
                yield Kept(name, status.st_size, status.st_mtime)

    def forget(self, name: str, *, unless_written_since: float) -> bool:
        path = self._path(name)
        with self._reported(name):
            try:
                with alone(path.parent):
                    if path.stat().st_mtime >= unless_written_since:
                        return False
                    path.unlink()
            except (FileNotFoundError, NotADirectoryError):
                return False
            _sync_folder(path.parent)
            return True

    def unfinished(self, prefix: str, *, begun_before: float) -> Iterator[Unfinished]:
        for folder, _, files in os.walk(self.root / checked_prefix(prefix).rpartition("/")[0]):
            for file in files:
                path = Path(folder, file)
                name = path.relative_to(self.root).as_posix()
                if not _UNFINISHED.fullmatch(file) or not name.startswith(prefix):
                    continue
                with self._reported(name), suppress(FileNotFoundError):
                    status = path.stat()
                    if status.st_mtime < begun_before:
                        yield Unfinished(name, status.st_size)

    def discard(self, unfinished: Unfinished) -> None:
        with self._reported(unfinished.name):
            (self.root / unfinished.name).unlink(missing_ok=True)

    def uri(self, name: str) -> str:
        return self._path(name).as_uri()

    def _path(self, name: str) -> Path:
        return self.root / checked_name(name)

    @contextmanager
    def _reported(self, name: str) -> Iterator[None]:
        """Turns what the operating system says into one sentence."""
        try:
            yield
        except OSError as error:
            if error.errno in _FULL:
                raise StoreUnavailable(
                    f"the disk of the store {self.root} is full; make room and try again"
                ) from error
            raise StoreUnavailable(
                f"the store {self.root} refuses {name or 'a listing'}: {error.strerror or error}"
            ) from error


@contextmanager
def _beside(path: Path) -> Iterator[Path]:
    """A new name in the folder of `path`; what is left of it at the end is removed."""
    _make_folder(path.parent)
    unfinished = path.parent / f".{uuid.uuid4().hex}.unfinished"
    try:
        yield unfinished
    finally:
        unfinished.unlink(missing_ok=True)


def _linked(source: Path, unfinished: Path) -> bool:
    """Whether the file itself could be had: writing a photo twice takes longer than all else here.

    It gets the permissions of a file that is made here, not those of one in scratch.
    """
    try:
        unfinished.hardlink_to(source)
    except OSError as error:
        if error.errno not in _NO_HARD_LINKS:
            raise
        return False
    unfinished.chmod(unfinished.parent.stat().st_mode & 0o666)
    return True


def _finish(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def _place(unfinished: Path, path: Path) -> bool:
    """Give the file its name unless it is taken: a hard link fails where a rename would replace."""
    try:
        path.hardlink_to(unfinished)
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno not in _NO_HARD_LINKS:
            raise
        # Some network and removable file systems. Two may then both believe to be the first; the
        # content is the same by name.
        unfinished.replace(path)
    return True


def _renewed(path: Path) -> bool:
    """Make an object that is there as good as new; False when it is there no more."""
    with together(path.parent), suppress(FileNotFoundError):
        if time.time() - path.stat().st_mtime > FRESH_S:
            os.utime(path)
        return True
    return False


def _make_folder(folder: Path) -> None:
    if not folder.is_dir():
        _make_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        _sync_folder(folder.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _names(folder: Path, prefix: str, start: str) -> Iterator[str]:
    """Names in the order of whole paths, hence a folder sorts with the slash that follows it."""
    try:
        with os.scandir(folder) as entries:
            found = sorted(
                entry.name + "/" if entry.is_dir(follow_symlinks=False) else entry.name
                for entry in entries
                if entry.name.startswith(start)
            )
    except (FileNotFoundError, NotADirectoryError):
        return
    for entry_name in found:
        if not is_object_name(entry_name.removesuffix("/")):
            continue
        if entry_name.endswith("/"):
            yield from _names(folder / entry_name, prefix + entry_name, "")
        else:
            yield prefix + entry_name
