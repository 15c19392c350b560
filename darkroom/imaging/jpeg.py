"""Strict decoding of JPEGs: the whole entropy stream is read and libjpeg's warnings are heard.

libjpeg fills in what is missing and warns; Pillow drops the warnings, so a cut file with a faked
end marker or a zeroed block decodes in silence. simplejpeg stops at the first warning. Its pixels
are Pillow's, bit for bit, at full size and at the reduced sizes of `draft`.
"""

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import simplejpeg
from numpy.typing import NDArray
from PIL import Image

from darkroom.imaging.integrity import Unreadable
from darkroom.imaging.jpeg_segments import DHT, SOS, bare_jpeg, count_scans, segments
from darkroom.outcomes import Reason

_COLOURSPACES = {"L": "GRAY", "RGB": "RGBX", "CMYK": "CMYK"}
_MAX_STRAY_BYTES = 16
_MAX_SCANS = 100
"""Encoders write about ten, the most thorough of them some twenty."""
_ZEROED = bytes(64)
_STRAY_BEFORE_END = re.compile(r"(\d+) extraneous bytes before marker 0xd9")
_BASELINE = frozenset((0xC0, 0xC1))
_END_OF_BLOCK = 0x00


@dataclass(frozen=True, slots=True)
class JpegPicture:
    image: Image.Image
    """In the mode asked for; CMYK is 0 for no ink, as in Pillow."""
    quirk: str | None
    """What libjpeg warned about, when it did no harm to the picture."""


def decode_jpeg(
    data: bytes, *, mode: str, size: tuple[int, int], at_least_px: int | None = None
) -> JpegPicture:
    """The picture of a JPEG that can be read to its end. Raises `Unreadable`.

    `mode` (L, RGB or CMYK) and `size` (width, height) are what its header says. With `at_least_px`
    the picture is decoded at 1/2, 1/4 or 1/8 as long as its long edge stays that long.
    """
    if count_scans(data, at_most=_MAX_SCANS) > _MAX_SCANS:
        raise Unreadable(Reason.UNSUPPORTED, f"a JPEG in more than {_MAX_SCANS} scans")
    width, height = size
    factor = reduction(size, at_least_px)
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
    if mode == "CMYK":
        pixels = 255 - pixels  # Adobe writes ink inverted, and so does everybody else
    return JpegPicture(_image(pixels, mode), quirk)


def _image(pixels: NDArray[np.uint8], mode: str) -> Image.Image:
    """An image in the same memory, which Pillow shares only where a pixel in colour has 4 bytes."""
    height, width = pixels.shape[:2]
    if mode != "RGB":
        return Image.frombuffer(mode, (width, height), pixels)
    fours = pa.FixedSizeListArray.from_arrays(pa.array(pixels.ravel()), 4)
    return Image.fromarrow(fours, mode, (width, height))


def reduction(size: tuple[int, int], at_least_px: int | None) -> int:
    """What each side is divided by in decoding: 1, 2, 4 or 8."""
    spare = max(size) // at_least_px if at_least_px else 1
    return next(factor for factor in (8, 4, 2, 1) if factor <= max(spare, 1))


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


def has_zeroed_block(data: bytes) -> bool:
    """Whether part of a baseline scan was overwritten by zeros, as lost disk blocks are.

    libjpeg can read zeros as well as anything. But where the all-zeros code of a luma or chroma
    table is not "end of block", 64 zero bytes would be blocks in which every coefficient is -1.
    Tables where it is (optimised ones) do write zeros, for flat areas.
    """
    baseline, components, all_zeros_symbols = False, b"", set()
    for marker, start, end in segments(data):
        if marker in _BASELINE:
            baseline, components = True, data[start + 9 : start + 10]
        elif marker == DHT:
            all_zeros_symbols |= _symbols_of_zeros(data[start + 4 : end])
        elif marker == SOS:
            # Else a scan of chroma by itself, in which a flat area is zeros, may follow.
            baseline &= data[start + 4 : start + 5] == components
            zeroed = data.find(_ZEROED, end)
            if zeroed < 0 or not baseline or all_zeros_symbols == {_END_OF_BLOCK}:
                return False
            return data.find(b"\xff\xd9", end, zeroed) < 0  # zeros behind the scan are padding
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
