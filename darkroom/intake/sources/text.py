"""Text from strangers: names to show, and the encoding of a file."""

import codecs
import posixpath
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from darkroom.errors import SourceUnreadable
from darkroom.storage.storable_text import REPLACEMENT

_UNSHOWABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_MAX_NAME = 255
_PIECE = 1 << 20
MAX_LINE = 1 << 20


def file_name(text: str) -> str:
    """The last part of a path as a name to show: one line, no control characters, no folders."""
    name = posixpath.basename(text.replace("\\", "/").rstrip("/"))
    return _UNSHOWABLE.sub(REPLACEMENT, name)[-_MAX_NAME:]


def bounded_lines(file: TextIO, source: str) -> Iterator[str]:
    """Lines with their ends. Raises `SourceUnreadable` at one that no manifest has."""
    number = 0
    while line := file.readline(MAX_LINE):
        number += 1
        if len(line) == MAX_LINE:
            raise SourceUnreadable(source, f"line {number} is longer than {MAX_LINE} characters")
        yield line


def encoding_of(path: Path, source: str) -> str:
    """UTF-16 and UTF-8 by their marks, else UTF-8 when every byte agrees, else Windows-1252.

    The whole file is looked at: one old byte in line 900,000 decides. Raises `SourceUnreadable`
    for a file that is no text.
    """
    with path.open("rb") as file:
        marked = file.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
        for encoding in ("utf-16",) if marked else ("utf-8-sig", "cp1252"):
            decoder = codecs.getincrementaldecoder(encoding)()
            file.seek(0)
            try:
                while piece := file.read(_PIECE):
                    if "\0" in decoder.decode(piece):
                        raise SourceUnreadable(source, "is not a text file")
                decoder.decode(b"", final=True)
            except UnicodeDecodeError:
                continue
            return encoding
    raise SourceUnreadable(source, "is text in an encoding that is not known; save it as UTF-8")
