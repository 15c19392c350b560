"""Photos in a folder and its subfolders."""

import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from darkroom.errors import SourceUnreadable
from darkroom.intake.roots import OUTSIDE, placed
from darkroom.intake.sources.listing import Found
from darkroom.intake.sources.selection import Selection, is_unwanted
from darkroom.intake.sources.text import file_name
from darkroom.uris import file_uri, parse_file_uri


def read_folder(folder: Path, include: Sequence[str], roots: Sequence[str] = ()) -> Iterator[Found]:
    """Regular files in the order of their names, a folder's own files before its subfolders'.

    `folder` must be a real path. A link to a file is that file. One that leads out of the folder is
    listed as `outside:…`, so that it gets its outcome; one to a folder inside stands for nothing
    new. Raises `SourceUnreadable` when a subfolder cannot be listed: a part of an import that is
    silently missing would be worse than none.
    """
    selection = Selection(include)
    waiting = [folder]
    while waiting:
        here = waiting.pop()
        subfolders = []
        for entry in _entries(here, folder):
            if is_unwanted(entry.name):
                continue
            if entry.is_symlink():
                if selection.takes(os.path.relpath(entry.path, folder)):
                    yield from _linked(entry, folder, roots)
            elif entry.is_dir(follow_symlinks=False):
                subfolders.append(Path(entry.path))
            elif selection.takes(os.path.relpath(entry.path, folder)):
                found = _file(entry)
                if found is not None:
                    yield found
        waiting.extend(reversed(subfolders))


def found_file(path: Path, status: os.stat_result, name: str = "") -> Found:
    """A local file; it is another photo once its size or time of change differs."""
    uri = file_uri(path)
    identity = f"{uri}|{status.st_size}|{status.st_mtime_ns}"
    return Found(uri, file_name(name or path.name), identity)


def _linked(entry: os.DirEntry[str], folder: Path, roots: Sequence[str]) -> Iterator[Found]:
    uri = placed(file_uri(Path(entry.path)), [str(folder), *roots])
    if uri.startswith(OUTSIDE):
        yield Found(uri, file_name(entry.name), uri)
        return
    path = parse_file_uri(uri)
    try:
        if not path.is_dir():
            yield found_file(path, path.stat(), entry.name)
        elif not path.is_relative_to(folder):
            yield Found(uri, file_name(entry.name), uri)
    except OSError:  # it leads nowhere, as fetching will say
        yield Found(uri, file_name(entry.name), uri)


def _file(entry: os.DirEntry[str]) -> Found | None:
    try:
        status = entry.stat(follow_symlinks=False)
    except FileNotFoundError:  # removed since the folder was listed
        return None
    return found_file(Path(entry.path), status) if stat.S_ISREG(status.st_mode) else None


def _entries(here: Path, folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(here) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        why = f"cannot be listed: {error.strerror}"
        if here != folder:
            why = f"its subfolder {here.relative_to(folder)} {why}"
        raise SourceUnreadable(str(folder), why) from error
