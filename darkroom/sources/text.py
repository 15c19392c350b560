"""Strangers' text, made safe to keep: in UTF-8, in JSON and in any database."""

import codecs
import re
from pathlib import Path, PurePosixPath

from darkroom.errors import SourceUnreadable

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_MAX_NAME = 255
_PIECE = 1 << 20


def storable(text: str) -> str:
    """Without NUL, which PostgreSQL refuses, and without lone surrogates, which UTF-8 refuses."""
    if text.isascii():
        return text.replace("\0", "\ufffd")
    cleaned = text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    return cleaned.replace("\0", "\ufffd")


def file_name(text: str) -> str:
    """The last part of a path as a name to show: one line, no control characters, no folders."""
    name = PurePosixPath(text.replace("\\", "/")).name
    return _CONTROL.sub("\ufffd", storable(name))[-_MAX_NAME:]


def encoding_of(path: Path, source: str) -> str:
    """UTF-16 and UTF-8 by their marks, else UTF-8 when every byte agrees, else Windows-1252.

    The whole file is looked at: one old byte in line 900,000 decides. Raises `SourceUnreadable`
    for a file that is no text.
    """
    with path.open("rb") as file:
        head = file.read(4)
        if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        file.seek(0)
        for encoding in ("utf-8-sig", "cp1252"):
            decoder = codecs.getincrementaldecoder(encoding)()
            file.seek(0)
            try:
                while piece := file.read(_PIECE):
                    if b"\0" in piece:
                        raise SourceUnreadable(source, "is not a text file")
                    decoder.decode(piece)
                decoder.decode(b"", final=True)
            except UnicodeDecodeError:
                continue
            return encoding
    raise SourceUnreadable(source, "is text in an encoding that is not known; save it as UTF-8")
