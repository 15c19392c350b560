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
_WEBP_SIZE_BYTES = 10
_TIFF_HEADER_BYTES = 8
_MAX_PNG_CHUNKS = 10_000
"""Beside pixels. Readers take far longer for a chunk than for its bytes."""
_MAX_PNG_PIXEL_CHUNKS = 250_000
_PNG_PIXELS = frozenset((b"IDAT", b"fcTL", b"fdAT"))
_MAX_GIF_BLOCKS = 2_000_000
_MAX_GIF_BLOCKS_AHEAD = 100_000
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


def check_png_chunks(data: bytes) -> None:
    """Raise `Unreadable` for a PNG that is cut into more pieces than any photo or animation is."""
    pixels = others = 0
    try:
        for kind, _, _ in _png_chunks(data):
            if kind in _PNG_PIXELS:
                pixels += 1
            else:
                others += 1
            if pixels > _MAX_PNG_PIXEL_CHUNKS or others > _MAX_PNG_CHUNKS:
                break
    except Unreadable:  # a cut file: decoding says so in its turn
        return
    if pixels > _MAX_PNG_PIXEL_CHUNKS or others > _MAX_PNG_CHUNKS:
        raise Unreadable(Reason.UNSUPPORTED, "a PNG in more chunks than are read")


def find_png_chunk(data: bytes, wanted: bytes) -> bytes | None:
    """The content of the first chunk of this kind, wherever it stands; None when there is none."""
    try:
        return next((bytes(body) for kind, body, _ in _png_chunks(data) if kind == wanted), None)
    except Unreadable:
        return None


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, memoryview, int]]:
    """Kind, content and stored CRC of each chunk up to IEND. Raises `Unreadable` in a cut file."""
    view = memoryview(data)
    at = _PNG_SIGNATURE_BYTES
    while at + 8 <= len(data):
        length = int.from_bytes(view[at : at + 4], "big")
        kind = bytes(view[at + 4 : at + 8])
        end = at + 12 + length
        if end > len(data):
            raise Unreadable(Reason.TRUNCATED, f"the file ends inside its {_printable(kind)} chunk")
        yield kind, view[at + 8 : end - 4], int.from_bytes(view[end - 4 : end], "big")
        if kind == b"IEND":
            return
        at = end


def count_gif_frames(data: bytes) -> int:
    """Frames of a GIF whose blocks are complete up to its trailer. Raises `Unreadable`.

    Walks over blocks without decoding any, so an endless animation costs no more than its bytes.
    """
    frames = 0
    try:
        walk = _GifWalk(data, room=_MAX_GIF_BLOCKS)
        while (kind := walk.kind()) != _GIF_TRAILER:
            frames += kind == _GIF_IMAGE
            walk.step()
    except IndexError:
        raise Unreadable(Reason.TRUNCATED, "the file ends before its GIF trailer") from None
    return frames


def count_gif_pixels(data: bytes) -> int:
    """Pixels of the canvas that a GIF's screen and first frame ask for; 0 when that is cut off.

    Raises `Unreadable` when more stands before the frame than any GIF has there.
    """
    try:
        walk = _GifWalk(data, room=_MAX_GIF_BLOCKS_AHEAD)
        while walk.kind() == _GIF_EXTENSION:
            walk.step()
        left, top, width, height = struct.unpack_from("<4H", data, walk.at + 1)
        screen_width, screen_height = struct.unpack_from("<2H", data, 6)
    except (IndexError, struct.error):
        return 0
    return int(max(screen_width, left + width) * max(screen_height, top + height))


def count_webp_pixels(data: bytes) -> int:
    """Pixels of the canvas that a WebP's first chunk asks for; 0 when that is no known one."""
    kind, body = data[12:16], data[20:30]
    if len(body) < _WEBP_SIZE_BYTES:
        return 0
    if kind == b"VP8X":
        width, height = (int.from_bytes(body[at : at + 3], "little") + 1 for at in (4, 7))
    elif kind == b"VP8L":
        bits = int.from_bytes(body[1:5], "little")
        width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    elif kind == b"VP8 ":
        width, height = (side & 0x3FFF for side in struct.unpack_from("<2H", body, 6))
    else:
        return 0
    return width * height


class _GifWalk:
    """Goes from one part of a GIF to the next. Raises IndexError where the file is cut.

    `room` is for how many parts and data blocks it has patience; beyond, it raises `Unreadable`.
    """

    def __init__(self, data: bytes, room: int) -> None:
        self._data = data
        self._room = room
        self.at = 13 + _gif_colour_table_bytes(data[10])

    def kind(self) -> int:
        return self._data[self.at]

    def step(self) -> None:
        data, at, room = self._data, self.at, self._room - 1
        if data[at] == _GIF_EXTENSION:
            at += 2
        elif data[at] == _GIF_IMAGE:
            at += 11 + _gif_colour_table_bytes(data[at + 9])
        else:
            raise Unreadable(Reason.DAMAGED, f"unknown GIF block 0x{data[at]:02x}")
        while (size := data[at]) and room > 0:
            at += size + 1
            room -= 1
        if room <= 0:
            raise Unreadable(Reason.UNSUPPORTED, "a GIF in more blocks than are read")
        self.at, self._room = at + 1, room


def is_cut(data: bytes, photo_format: str) -> bool:
    """Whether a file that its decoder refused is shorter than its own header says."""
    if photo_format == "JPEG":
        return b"\xff\xda" not in data
    if photo_format == "WEBP":
        return len(data) < 8 + int.from_bytes(data[4:8], "little")
    if photo_format == "BMP":
        return len(data) < int.from_bytes(data[2:6], "little")
    if photo_format == "TIFF":
        directory = int.from_bytes(data[4:8], "little" if data[:2] == b"II" else "big")
        return len(data) < _TIFF_HEADER_BYTES or directory >= len(data)
    if photo_format in ("HEIF", "AVIF"):
        return _boxes_end(data) > len(data)
    return False


def _gif_colour_table_bytes(flags: int) -> int:
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


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
