"""A store that is a folder on a local or mounted disk."""

import errno
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from io import FileIO
from pathlib import Path

from darkroom.errors import ObjectMissing, StoreUnavailable
from darkroom.storage.object_names import checked_name, checked_prefix, is_object_name
from darkroom.upkeep.prunable_store import FRESH_S, Kept, Unfinished
from resources.stores.locks import alone, together
from resources.stores.whole_files import (
    beside,
    is_unfinished,
    linked,
    make_folder,
    sync_file,
    sync_folder,
)

_FULL = {errno.ENOSPC, errno.EDQUOT}
_COPY_BYTES = 1 << 20


@dataclass(frozen=True)
class FolderStore:
    """Objects are whole files below `root`. Holds what `PrunableStore` promises."""

    root: Path

    def __post_init__(self) -> None:
        # Another process may have another working directory.
        object.__setattr__(self, "root", self.root.absolute())

    def put(self, name: str, data: bytes) -> None:
        path = self._path(name)
        with self._reported(name), beside(path) as unfinished:
            with unfinished.open("xb") as file:
                file.write(data)
                sync_file(file)
            unfinished.replace(path)
            sync_folder(path.parent)

    def add(self, name: str, source: Path, *, given: bool = False) -> bool:
        path = self._path(name)
        with source.open("rb", buffering=0) as original, self._reported(name):
            if path.is_file() and _renewed(path):
                return False
            if given and (added := _kept_itself(original, source, path)) is not None:
                return added
            with beside(path) as unfinished:
                with unfinished.open("xb") as file:
                    shutil.copyfileobj(original, file, _COPY_BYTES)
                    sync_file(file)
                added = _named(unfinished, path)
                if added is None:
                    # Two may then both believe to be the first; the content is the same by name.
                    unfinished.replace(path)
                    sync_folder(path.parent)
                return added is not False

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
                sync_folder(path.parent)

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
            sync_folder(path.parent)
            return True

    def unfinished(self, prefix: str, *, begun_before: float) -> Iterator[Unfinished]:
        for folder, _, files in os.walk(self.root / checked_prefix(prefix).rpartition("/")[0]):
            for file in files:
                path = Path(folder, file)
                name = path.relative_to(self.root).as_posix()
                if not is_unfinished(file) or not name.startswith(prefix):
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


def _kept_itself(original: FileIO, source: Path, path: Path) -> bool | None:
    """As `_named`: to write a photo twice takes longer than all else here."""
    make_folder(path.parent)
    folder = path.parent.stat()
    if os.fstat(original.fileno()).st_dev != folder.st_dev:
        return None
    # The permissions of a file that is made here, not those of one in scratch.
    source.chmod(folder.st_mode & 0o666)
    os.fsync(original.fileno())
    return _named(source, path)


def _named(file: Path, path: Path) -> bool | None:
    """Whether a whole file gets this name: not when it is taken; None where links are not made."""
    # Taken by now, and forgotten the moment after: then the name is free again.
    while (added := linked(file, path)) is False and not _renewed(path):
        pass
    if added is not None:
        sync_folder(path.parent)
    return added


def _renewed(path: Path) -> bool:
    """Make an object that is there as good as new; False when it is there no more."""
    with together(path.parent), suppress(FileNotFoundError):
        if time.time() - path.stat().st_mtime > FRESH_S:
            os.utime(path)
        return True
    return False


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
