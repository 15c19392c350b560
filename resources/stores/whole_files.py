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


def make_folder(folder: Path) -> None:
    if not folder.is_dir():
        make_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        sync_folder(folder.parent)


@contextmanager
def beside(path: Path) -> Iterator[Path]:
    """A new name in the folder of `path`; what is left of it at the end is removed."""
    make_folder(path.parent)
    unfinished = path.parent / f".{uuid.uuid4().hex}.unfinished"
    try:
        yield unfinished
    finally:
        unfinished.unlink(missing_ok=True)


def is_unfinished(name: str) -> bool:
    """Whether a file of this name is what somebody began, and may have been killed over."""
    return _UNFINISHED.fullmatch(name) is not None


def linked(file: Path, path: Path) -> bool | None:
    """Give a file another name: False when it is taken, which a rename would replace.

    None where a file has but one name: on some network and removable disks, and between two disks.
    """
    try:
        path.hardlink_to(file)
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno not in _NO_HARD_LINKS:
            raise
        return None
    return True


def sync_file(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
