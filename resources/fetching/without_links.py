"""Opening a file of this machine without following a single link on the way."""

import errno
import os
import stat
from pathlib import Path

_STEP = getattr(os, "O_PATH", os.O_RDONLY) | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# Without waiting: opening a named pipe would wait for its writer.
_LAST = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC


class LinkInTheWay(Exception):
    """A part of the path is a link. It was none when the path was listed."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} is a link")


def open_without_links(path: Path) -> int:
    """A file descriptor for reading; `path` must be absolute. Raises `LinkInTheWay` and OSError.

    Each folder is opened from the one before, so that nobody can swap one for a link in between.
    """
    here = os.open(path.anchor, _STEP)
    try:
        for depth, name in enumerate(path.parts[1:], start=1):
            is_last = depth == len(path.parts) - 1
            try:
                deeper = os.open(name, _LAST if is_last else _STEP, dir_fd=here)
            except OSError as error:
                if error.errno in (errno.ELOOP, errno.ENOTDIR) and _is_link(name, here):
                    raise LinkInTheWay(Path(*path.parts[: depth + 1])) from error
                raise
            os.close(here)
            here = deeper
    except BaseException:
        os.close(here)
        raise
    return here


def _is_link(name: str, folder: int) -> bool:
    return stat.S_ISLNK(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode)
