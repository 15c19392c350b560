"""How a JPEG is put together, without decoding any of it."""

import re
from collections.abc import Iterator

from darkroom.imaging.integrity import Unreadable
from darkroom.outcomes import Reason

DHT, SOS = 0xC4, 0xDA
_APP0, _APP1, _APP2, _APP14, _APP15, _COM = 0xE0, 0xE1, 0xE2, 0xEE, 0xEF, 0xFE
_SOI_BYTES, _EOI = 2, 0xD9
_FRAMES = frozenset(range(0xC0, 0xD0)) - {DHT, 0xC8, 0xCC}
_PROGRESSIVE = frozenset((0xC2, 0xC6, 0xCA, 0xCE))
_WITHOUT_LENGTH = frozenset((0x00, 0x01, *range(0xD0, 0xD9)))
_NEXT_SEGMENT = re.compile(rb"\xff[^\x00\x01\xd0-\xd8\xff]")
_NEXT_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_COEFFICIENT_BYTES = 2

_READ_HERE = (
    (_APP0, b"", 1),
    (_APP1, b"Exif\0\0", 8),
    (_APP2, b"ICC_PROFILE\0", 255),
    (_APP2, b"MPF\0", 1),
    (_APP14, b"", 1),
)
"""Marker, beginning and number of the segments that matter: picture, EXIF, profile, index."""
_MAX_DESCRIBING_SEGMENTS = 300
_MAX_DESCRIBING_BYTES = 16 * 2**20
_MAX_STRAY_BYTES = 2**20
_MAX_DECODING_SEGMENTS = 1000
_MAX_SEGMENTS = 200_000


def segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Marker, start and end of each segment up to the first SOS, stepping over junk as libjpeg."""
    at = _SOI_BYTES
    while (found := _NEXT_SEGMENT.search(data, at)) and found.end() + 2 <= len(data):
        at, marker = found.start(), data[found.end() - 1]
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        yield marker, at, end
        if marker == SOS:
            return
        at = end


def bare_jpeg(data: bytes) -> bytes:
    """The same picture without application segments, comments and junk before its first scan.

    Adobe's segment stays: it says what the colours mean.
    """
    kept = [data[:_SOI_BYTES]]
    for marker, start, end in segments(data):
        if not _describes(marker) or marker == _APP14:
            kept.append(data[start : len(data) if marker == SOS else end])
    return b"".join(kept)


def lean_jpeg(data: bytes) -> bytes:
    """The same file; where metadata is piled up, only the segments of it that matter here.

    Pillow keeps every segment several times over and joins EXIF in time that grows with the square
    of its segments. No file of a camera comes near these limits. Raises `Unreadable` for a JPEG in
    more segments than it makes sense to go over, or with much between them that is none.
    """
    described = others = 0
    spent = _SOI_BYTES
    ahead = len(data)
    for marker, start, end in segments(data):
        if marker == SOS:
            ahead = start
            break
        spent += end - start
        if _describes(marker):
            described += 1
        else:
            others += 1
        if described > _MAX_SEGMENTS or others > _MAX_DECODING_SEGMENTS:
            raise Unreadable(Reason.UNSUPPORTED, "a JPEG in more segments than are read")
    if (stray := ahead - spent) > _MAX_STRAY_BYTES:
        raise Unreadable(Reason.DAMAGED, f"{stray} bytes before its picture belong to no segment")
    if described <= _MAX_DESCRIBING_SEGMENTS and spent <= _MAX_DESCRIBING_BYTES:
        return data
    room = {(marker, magic): most for marker, magic, most in _READ_HERE}
    kept = [data[:_SOI_BYTES]]
    for marker, start, end in segments(data):
        if _describes(marker):
            kind = _kind_read_here(marker, data[start + 4 : start + 16])
            if kind is None or not room[kind]:
                continue
            room[kind] -= 1
        kept.append(data[start : len(data) if marker == SOS else end])
    return b"".join(kept)


def count_scans(data: bytes, *, at_most: int) -> int:
    """Scans of the first picture; counting ends with one more than `at_most`.

    Each scan of a progressive JPEG goes over the whole picture, and can be a dozen bytes long.
    """
    found = 0
    start = next((start for marker, start, _ in segments(data) if marker == SOS), None)
    while start is not None and found <= at_most:
        if data[start + 1] == _EOI:
            break
        found += data[start + 1] == SOS
        end = start + 2
        if data[start + 1] not in _WITHOUT_LENGTH:
            end += int.from_bytes(data[end : end + 2], "big")
        following = _NEXT_MARKER.search(data, end)
        start = following.start() if following else None
    return found


def coefficient_bytes(data: bytes) -> float:
    """Bytes per pixel of the coefficients that a decoder must hold until the last scan is read.

    0 for a picture in one scan, which is decoded as it is read.
    """
    frame = b""
    for marker, start, end in segments(data):
        if marker in _FRAMES and not frame:
            frame = data[start + 1 : end]
        elif marker == SOS and frame:
            of_all = data[start + 4 : start + 5] == frame[8:9]
            if of_all and frame[0] not in _PROGRESSIVE:
                return 0.0
    samplings = [(each >> 4, each & 15) for each in frame[10::3]]
    whole = max((h for h, _ in samplings), default=0) * max((v for _, v in samplings), default=0)
    return _COEFFICIENT_BYTES * sum(h * v for h, v in samplings) / whole if whole else 0.0


def _describes(marker: int) -> bool:
    return _APP0 <= marker <= _APP15 or marker == _COM


def _kind_read_here(marker: int, head: bytes) -> tuple[int, bytes] | None:
    kinds = ((known, magic) for known, magic, _ in _READ_HERE)
    return next((kind for kind in kinds if kind[0] == marker and head.startswith(kind[1])), None)
