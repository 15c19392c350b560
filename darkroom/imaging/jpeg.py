"""Strict decoding of JPEGs: the whole entropy stream is read and libjpeg's warnings are heard.

libjpeg fills in what is missing and warns; Pillow drops the warnings, so a cut file with a faked
end marker or a zeroed block decodes in silence. simplejpeg stops at the first warning. Its pixels
are Pillow's, bit for bit, at full size and at the reduced sizes of `draft`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import simplejpeg
from numpy.typing import NDArray

from darkroom.imaging.integrity import Unreadable
from darkroom.outcomes import Reason

_COLOURSPACES = {"L": "GRAY", "RGB": "RGB", "CMYK": "CMYK"}
_MAX_STRAY_BYTES = 16
_ZEROED = bytes(64)
_STRAY_BEFORE_END = re.compile(r"(\d+) extraneous bytes before marker 0xd9")
_DHT, _SOS, _APP0, _APP14, _APP15, _COM, _FILL = 0xC4, 0xDA, 0xE0, 0xEE, 0xEF, 0xFE, 0xFF
_BASELINE = frozenset((0xC0, 0xC1))
_END_OF_BLOCK = 0x00
_WITHOUT_LENGTH = frozenset((0x00, 0x01, *range(0xD0, 0xD9)))


@dataclass(frozen=True, slots=True)
class JpegPixels:
    pixels: NDArray[np.uint8]
    """Height x width, times 3 for RGB and 4 for CMYK; CMYK is 0 for no ink, as in Pillow."""
    quirk: str | None
    """What libjpeg warned about, when it did no harm to the picture."""


def decode_jpeg(
    data: bytes, *, mode: str, size: tuple[int, int], at_least_px: int | None = None
) -> JpegPixels:
    """The pixels of a JPEG that can be read to its end. Raises `Unreadable`.

    `mode` (L, RGB or CMYK) and `size` (width, height) are what its header says. With `at_least_px`
    the picture is decoded at 1/2, 1/4 or 1/8 as long as its long edge stays that long.
    """
    width, height = size
    spare = max(width, height) // at_least_px if at_least_px else 1
    factor = next(factor for factor in (8, 4, 2, 1) if factor <= max(spare, 1))
    options: dict[str, Any] = {"colorspace": _COLOURSPACES[mode], "min_factor": 2}
    if factor > 1:
        options |= {"min_width": width // factor, "min_height": height // factor}
    quirk = None
    try:
        pixels: NDArray[np.uint8] = simplejpeg.decode_jpeg(data, **options)
    except ValueError as error:
        quirk = str(error)
        pixels = _decode_bare(bare_jpeg(data), options)
    if has_zeroed_block(data):
        raise Unreadable(Reason.DAMAGED, "part of the picture was overwritten by zeros")
    if mode == "L":
        pixels = pixels[:, :, 0]
    elif mode == "CMYK":
        pixels = 255 - pixels  # Adobe writes ink inverted, and so does everybody else
    return JpegPixels(pixels, quirk)


def _decode_bare(data: bytes, options: dict[str, Any]) -> NDArray[np.uint8]:
    """Raises `Unreadable` unless what strict decoding refused leaves the picture whole.

    Harmless are oddities between and inside the segments of the header, which vanished with the
    segments that the picture does not need, and a few stray bytes after the last scan. More than
    a few are what is left over when damage made the decoder finish early.
    """
    pixels: NDArray[np.uint8]
    try:
        pixels = simplejpeg.decode_jpeg(data, **options)
    except ValueError as error:
        message = str(error)
        stray = _STRAY_BEFORE_END.search(message)
        if stray is None or int(stray[1]) > _MAX_STRAY_BYTES:
            cut = message.startswith("Premature end")
            raise Unreadable(Reason.TRUNCATED if cut else Reason.DAMAGED, message) from error
        pixels = simplejpeg.decode_jpeg(data, strict=False, **options)
    return pixels


def bare_jpeg(data: bytes) -> bytes:
    """The same picture without application segments, comments and junk before its first scan.

    Adobe's segment stays: it says what the colours mean.
    """
    kept = [data[:2]]
    for marker, start, end in _segments(data):
        described = _APP0 <= marker <= _APP15 and marker != _APP14
        if not described and marker != _COM:
            kept.append(data[start : len(data) if marker == _SOS else end])
    return b"".join(kept)


def has_zeroed_block(data: bytes) -> bool:
    """Whether part of a baseline scan was overwritten by zeros, as lost disk blocks are.

    libjpeg can read zeros as well as anything. But where the all-zeros code of a luma or chroma
    table is not "end of block", 64 zero bytes would be blocks in which every coefficient is -1.
    Tables where it is (optimised ones) do write zeros, for flat areas.
    """
    baseline, all_zeros_symbols = False, set()
    for marker, start, end in _segments(data):
        if marker in _BASELINE:
            baseline = True
        elif marker == _DHT:
            all_zeros_symbols |= _symbols_of_zeros(data[start + 4 : end])
        elif marker == _SOS:
            scan_end = data.find(b"\xff\xd9", end)
            found = data.find(_ZEROED, end, scan_end if scan_end >= 0 else len(data)) >= 0
            return found and baseline and all_zeros_symbols != {_END_OF_BLOCK}
    return False


def _symbols_of_zeros(tables: bytes) -> set[int]:
    """What the code of nothing but zero bits means in each AC table of a DHT segment."""
    symbols = set()
    at = 0
    while at + 17 < len(tables):
        if tables[at] >> 4:
            symbols.add(tables[at + 17])
        at += 17 + sum(tables[at + 1 : at + 17])
    return symbols


def _segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Marker, start and end of each segment up to the first SOS, stepping over junk as libjpeg."""
    at = 2
    while (at := data.find(b"\xff", at)) >= 0 and at + 4 <= len(data):
        marker = data[at + 1]
        if marker == _FILL:
            at += 1
        elif marker in _WITHOUT_LENGTH:
            at += 2
        else:
            end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
            yield marker, at, end
            if marker == _SOS:
                return
            at = end
