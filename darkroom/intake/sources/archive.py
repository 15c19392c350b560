"""Photos in a ZIP, told from its central directory alone; nothing is unpacked here."""

import os
import re
import stat
from collections import Counter
from collections.abc import Iterator, Sequence
from operator import attrgetter
from pathlib import Path
from typing import IO
from zipfile import (  # type: ignore[attr-defined]  # no public way to the directory's size
    _ECD_SIZE,
    BadZipFile,
    ZipFile,
    ZipInfo,
    _EndRecData,
)

from darkroom.errors import SourceUnreadable
from darkroom.intake.sources.listing import Found
from darkroom.intake.sources.selection import Selection
from darkroom.intake.sources.text import file_name
from darkroom.uris import ArchiveMember, zip_uri

UNREADABLE = (BadZipFile, NotImplementedError, UnicodeDecodeError, OSError)
"""What zipfile raises for a file that is no ZIP, or one it cannot understand."""

_ENCRYPTED = 0x1 | 0x40
_LOCAL_HEADER_BYTES = 30
_DIRECTORY_BYTES = 256
"""Of an entry in the directory: its header, name and extra fields; 46 at least."""
_MAX_RATIO = 250
_MAX_WHOLE_RATIO = 100
"""A ZIP of bitmaps without any compression of their own comes to some 50."""
_MIN_WHOLE_BOMB_BYTES = 2**30
_MIN_BOMB_BYTES = 2**20
"""Unpacked: what is smaller does no harm, however well it is packed."""
_UNIX = 3
_DRIVE = re.compile(r"[A-Za-z]:")


def read_archive(
    archive: Path, include: Sequence[str], *, source: str, max_entries: int, max_bytes: int
) -> Iterator[Found]:
    """Entries in the order of the central directory. `archive` must be absolute;
    `source` is what messages call it.

    Entries that will not be unpacked (see `refusal`) are listed too, so that each gets its outcome.
    An entry is the same photo as long as its name, checksum and size are: touching or rewriting the
    archive changes nothing. Raises `SourceUnreadable` for a file that is no ZIP, and for one that
    holds more than `max_entries`, unpacks to more than `max_bytes` or to many times its size.
    """
    try:
        with archive.open("rb") as file, open_zip(file, max_entries=max_entries) as opened:
            infos = opened.infolist()
            archive_bytes = file.seek(0, os.SEEK_END)
    except UNREADABLE as error:
        raise SourceUnreadable(source, f"is not a ZIP that can be read ({error})") from error
    too_much = excess(
        infos, archive_bytes=archive_bytes, max_entries=max_entries, max_bytes=max_bytes
    )
    if too_much is not None:
        raise SourceUnreadable(source, too_much)
    return _found(archive, infos, Selection(include))


def members(infos: Sequence[ZipInfo]) -> Iterator[tuple[str, int, ZipInfo]]:
    """Name, which of that name it is (from 1), and the entry."""
    seen: Counter[str] = Counter()
    for info in infos:
        seen[info.filename] += 1
        yield info.filename, seen[info.filename], info


def open_zip(file: IO[bytes], *, max_entries: int) -> ZipFile:
    """Its directory is read whole: some 1 KiB of memory for each entry.

    Raises `BadZipFile` for a directory that so many entries never need, before it is read.
    """
    end = _EndRecData(file)
    if end is not None and end[_ECD_SIZE] > max_entries * _DIRECTORY_BYTES:
        raise BadZipFile(
            f"its directory has {end[_ECD_SIZE]} bytes; intake.max_archive_entries is {max_entries}"
        )
    return ZipFile(file)


def excess(
    infos: Sequence[ZipInfo], *, archive_bytes: int, max_entries: int, max_bytes: int
) -> str | None:
    """Why an archive is more than may be taken; None when it is not."""
    if len(infos) > max_entries:
        return f"holds {len(infos)} entries; intake.max_archive_entries is {max_entries}"
    unpacked = sum(info.file_size for info in infos)
    if unpacked > max_bytes:
        return f"unpacks to {unpacked} bytes; intake.max_archive_bytes is {max_bytes}"
    if unpacked > max(_MIN_WHOLE_BOMB_BYTES, _MAX_WHOLE_RATIO * archive_bytes):
        return f"unpacks to {unpacked} bytes, more than {_MAX_WHOLE_RATIO} times its size"
    return None


def refusal(info: ZipInfo) -> tuple[str, str] | None:
    """Error type and sentence for an entry that must not be unpacked; None for an ordinary one."""
    unsafe = _unsafe(info)
    if unsafe is not None:
        return "UnsafeArchiveEntry", unsafe
    if info.flag_bits & _ENCRYPTED:
        return "EncryptedArchiveEntry", "the entry is encrypted; send it without a password"
    if info.file_size > max(_MIN_BOMB_BYTES, _MAX_RATIO * info.compress_size):
        return "ArchiveBomb", f"it unpacks to more than {_MAX_RATIO} times its size"
    return None


def _unsafe(info: ZipInfo) -> str | None:
    name = _with_slashes(info.filename)
    mode = info.external_attr >> 16 if info.create_system == _UNIX else 0
    if not name:
        return "an entry without a name is not unpacked"
    if name.endswith("/"):
        return "a folder that carries data is not unpacked"
    if name.startswith("/") or _DRIVE.match(name) or ".." in name.split("/"):
        return "a name that leads out of its archive is not unpacked"
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        return "a link or special file is not unpacked"
    return None


def _with_slashes(name: str) -> str:
    """As the format asks for; some programs for Windows write backslashes."""
    return name.replace("\\", "/")


def overlapping(infos: Sequence[ZipInfo]) -> set[int]:
    """Where entries start that share their bytes with another: one kernel, unpacked many times."""
    shared: set[int] = set()
    end, last = 0, -1
    for info in sorted(infos, key=attrgetter("header_offset")):
        start = info.header_offset
        if start < end:
            shared |= {start, last}
        if start + _LOCAL_HEADER_BYTES + info.compress_size > end:
            end, last = start + _LOCAL_HEADER_BYTES + info.compress_size, start
    return shared


def _found(archive: Path, infos: Sequence[ZipInfo], selection: Selection) -> Iterator[Found]:
    for name, nth, info in members(infos):
        path = _with_slashes(name)
        is_folder = path.endswith("/") and info.file_size == 0
        if is_folder or not selection.takes(path):
            continue
        uri = zip_uri(ArchiveMember(archive, name, nth))
        yield Found(uri, file_name(name), f"{uri}|{info.CRC:08x}|{info.file_size}")
