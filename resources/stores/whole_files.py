"""Files that are there in full or not at all, even after a power cut.

Such a file is written beside its place under a name that starts with a dot, synced and renamed, and
its folder synced.
"""

import errno
import os
import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

_NO_HARD_LINKS = {
    errno.EPERM,
    errno.ENOTSUP,
    errno.EOPNOTSUPP,
    errno.ENOSYS,
    errno.EMLINK,
    errno.EXDEV,
}
_UNFINISHED = re.compile(r"\.[0-9a-f]{32}\.unfinished")


@contextmanager
def beside(path: Path) -> Iterator[Path]:
    """A new name in the folder of `path`; what is left of it at the end is removed."""
    _make_folder(path.parent)
    unfinished = path.parent / f".{uuid.uuid4().hex}.unfinished"
    try:
        yield unfinished
    finally:
        unfinished.unlink(missing_ok=True)


def is_unfinished(name: str) -> bool:
    """Whether a file of this name is what somebody began, and may have been killed over."""
    return _UNFINISHED.fullmatch(name) is not None


def linked(source: Path, unfinished: Path) -> bool:
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


def sync_file(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def placed(unfinished: Path, path: Path) -> bool:
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


def sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _make_folder(folder: Path) -> None:
    if not folder.is_dir():
        _make_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        sync_folder(folder.parent)
