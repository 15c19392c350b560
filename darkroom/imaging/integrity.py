"""Whether a file is whole, where its decoder would not notice.

JPEG has its own module. Pillow and the libraries below it find cut WebP, HEIF, AVIF, TIFF and BMP
files by themselves; PNG and GIF they stop reading as soon as the pixels are there.
"""

import struct
import zlib
from collections.abc import Iterator

from darkroom.outcomes import Reason

_PNG_SIGNATURE_BYTES = 8
_BOX_HEADER_BYTES = 8
_GIF_EXTENSION, _GIF_IMAGE, _GIF_TRAILER = 0x21, 0x2C, 0x3B


class Unreadable(Exception):
    """This file cannot be decoded to its last byte. Becomes an outcome in `examination`."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail

    def __str__(self) -> str:
        return f"{self.reason}: {self.detail}"


def check_png(data: bytes) -> None:
    """Every chunk complete with a right CRC, up to and including IEND. Raises `Unreadable`."""
    for kind, body, stored_crc in _png_chunks(data):
        if zlib.crc32(body, zlib.crc32(kind)) != stored_crc:
            raise Unreadable(Reason.DAMAGED, f"wrong checksum in the {_printable(kind)} chunk")
        if kind == b"IEND":
            return
    raise Unreadable(Reason.TRUNCATED, "the file ends before its IEND chunk")


def find_png_chunk(data: bytes, wanted: bytes) -> bytes | None:
    """The content of the first chunk of this kind, wherever it stands; None when there is none."""
    try:
        return next((bytes(body) for kind, body, _ in _png_chunks(data) if kind == wanted), None)
    except Unreadable:
        return None


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, memoryview, int]]:
    """Kind, content and stored CRC of each chunk. Raises `Unreadable` where the file is cut."""
    view = memoryview(data)
    at = _PNG_SIGNATURE_BYTES
    while at + 8 <= len(data):
        length = int.from_bytes(view[at : at + 4], "big")
        kind = bytes(view[at + 4 : at + 8])
        end = at + 12 + length
        if end > len(data):
            raise Unreadable(Reason.TRUNCATED, f"the file ends inside its {_printable(kind)} chunk")
        yield kind, view[at + 8 : end - 4], int.from_bytes(view[end - 4 : end], "big")
        at = end


def count_gif_frames(data: bytes) -> int:
    """Frames of a GIF whose blocks are complete up to its trailer. Raises `Unreadable`.

    Walks over blocks without decoding any, so an endless animation costs no more than its bytes.
    """
    frames = 0
    try:
        at = 13 + _gif_colour_table_bytes(data[10])
        while data[at] != _GIF_TRAILER:
            if data[at] == _GIF_EXTENSION:
                at += 2
            elif data[at] == _GIF_IMAGE:
                frames += 1
                at += 11 + _gif_colour_table_bytes(data[at + 9])
            else:
                raise Unreadable(Reason.DAMAGED, f"unknown GIF block 0x{data[at]:02x}")
            at = _gif_blocks_end(data, at)
    except IndexError:
        raise Unreadable(Reason.TRUNCATED, "the file ends before its GIF trailer") from None
    return frames


def count_gif_pixels(data: bytes) -> int:
    """Pixels of the canvas that a GIF's screen and first frame ask for; 0 when that is cut off."""
    try:
        at = 13 + _gif_colour_table_bytes(data[10])
        while data[at] == _GIF_EXTENSION:
            at = _gif_blocks_end(data, at + 2)
        left, top, width, height = struct.unpack_from("<4H", data, at + 1)
        screen_width, screen_height = struct.unpack_from("<2H", data, 6)
    except (IndexError, struct.error):
        return 0
    return int(max(screen_width, left + width) * max(screen_height, top + height))


def is_cut(data: bytes, photo_format: str) -> bool:
    """Whether a file that its decoder refused is shorter than its own header says."""
    if photo_format == "JPEG":
        return b"\xff\xda" not in data
    if photo_format == "WEBP":
        return len(data) < 8 + int.from_bytes(data[4:8], "little")
    if photo_format == "BMP":
        return len(data) < int.from_bytes(data[2:6], "little")
    if photo_format == "TIFF":
        directory = struct.unpack_from("<I" if data[:2] == b"II" else ">I", data, 4)[0]
        return bool(directory >= len(data))
    if photo_format in ("HEIF", "AVIF"):
        return _boxes_end(data) > len(data)
    return False


def _gif_colour_table_bytes(flags: int) -> int:
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _gif_blocks_end(data: bytes, at: int) -> int:
    """Behind the empty block that ends a row of data blocks. Raises IndexError where it is cut."""
    while size := data[at]:
        at += size + 1
    return at + 1


def _boxes_end(data: bytes) -> int:
    """Where the last top-level box of an ISO base media file should end."""
    at = 0
    while at + _BOX_HEADER_BYTES <= len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        if size == 1:
            size = int.from_bytes(data[at + 8 : at + 16], "big")
        if size < _BOX_HEADER_BYTES:  # 0 means "to the end of the file"; anything else is nonsense
            return len(data)
        at += size
    return at


def _printable(kind: bytes) -> str:
    return ascii(kind.decode("latin-1"))[1:-1]
