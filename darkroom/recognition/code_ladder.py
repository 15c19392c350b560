"""Further looks for codes, at a photo on which the plain look found none.

docs/recognition.md says what each of them finds and costs, and what was tried beside them.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from darkroom.ports import GrayImage
from darkroom.recognition.codes import among, in_reading_order, read_codes
from darkroom.recognition.filters import Filter, evened, sharpened, smoothed
from darkroom.recognition.views import View, scaled, tilted
from darkroom.rows import Code
from darkroom.settings import CodeEffort

MATRIX = ("Aztec", "DataMatrix", "PDF417", "QRCode")
"""Symbologies whose error correction refuses what is not one of theirs."""
LINEAR = ("Code128", "EAN13", "UPCA")
"""Symbologies with a check digit, of a length that noise seldom has. Filters make stripes of
anything, so others (Codabar, ITF, Code 39, UPC-E …) are read by the plain look only."""
MAX_VIEW_PIXELS = 2_000_000
MAX_DOUBTS = 8
"""Linear codes of one look that are read again: noise may seem to hold any number of them."""


@dataclass(frozen=True, slots=True)
class Look:
    """Scaled, then tilted, then filtered."""

    name: str
    scale: float = 1.0
    degrees: float = 0.0
    filtered: Filter | None = None
    reads: Sequence[str] = (*MATRIX, *LINEAR)
    """Symbologies that it is worth its time for."""

    def at(self, image: GrayImage) -> View:
        """The image as this look shows it, scaled down further when it would be too large."""
        scale = min(self.scale, math.sqrt(MAX_VIEW_PIXELS / image.size))
        view = scaled(View.whole(image), scale)
        if self.degrees:
            view = tilted(view, self.degrees)
        return View(self.filtered(view.image), view.to_photo) if self.filtered else view


_SHARPENED = Look("half size, sharpened", scale=0.5, filtered=sharpened(1, 150))
_EVENED = Look("evened", filtered=evened(20))
LADDERS: Mapping[CodeEffort, Sequence[Look]] = {
    "plain": (),
    # Data Matrix and Aztec are two fifths of what this look costs, which hardly ever finds them.
    "quick": (_SHARPENED, replace(_EVENED, reads=("PDF417", "QRCode", *LINEAR))),
    "thorough": (
        _SHARPENED,
        _EVENED,
        Look("enlarged", scale=1.5),
        Look("smoothed", filtered=smoothed(1)),
        Look("tilted 30°", degrees=30),
        Look("tilted -30°", degrees=-30),
        Look("double size, sharpened", scale=2, filtered=sharpened(4, 150)),
        Look("double size, evened", scale=2, filtered=evened(40)),
    ),
}
_SECOND_LOOKS = (Look("1.25", scale=1.25), Look("1.6", scale=1.6), Look("tilted", degrees=-3))
_MARGIN = 0.2
"""Around a code that is read again, in its longer sides: more than the quiet zone it needs."""


def look_for_codes(image: GrayImage, symbologies: Sequence[str], effort: CodeEffort) -> list[Code]:
    """All codes that the first look which finds any shows, topmost first.

    Positions are in pixels of `image`, whichever look it was.
    """
    if found := read_codes(image, symbologies):
        return found
    linear = among(symbologies, LINEAR)
    unsure: set[tuple[str, str]] = set()
    for look in LADDERS[effort]:
        sought = among(symbologies, look.reads)
        if not sought:
            continue
        view = look.at(image)
        doubts = 0
        sure = []
        for code in read_codes(view.image, sought):
            if code.symbology not in MATRIX:
                read = (code.symbology, code.text)
                seen_before = read in unsure
                unsure.add(read)
                doubts += 1
                if not seen_before and (doubts > MAX_DOUBTS or not _read_again(code, view, linear)):
                    continue
            sure.append(_in_photo(code, view, look))
        if sure:
            return in_reading_order(sure)
    return []


def _read_again(code: Code, view: View, linear: Sequence[str]) -> bool:
    """Whether another look at the same place reads the same, and none reads something else.

    One check digit lets a tenth of all misreadings of blurred bars pass; they differ from look to
    look, which the right reading does not.
    """
    place = _around(code, view.image)
    again = {
        (each.symbology, each.text)
        for look in _SECOND_LOOKS
        for each in read_codes(look.at(place).image, linear)
    }
    return again == {(code.symbology, code.text)}


def _around(code: Code, pixels: GrayImage) -> GrayImage:
    corners = np.array(code.polygon)
    first, last = corners.min(axis=0), corners.max(axis=0)
    margin = _MARGIN * float((last - first).max())
    left, top = np.maximum(first - margin, 0).astype(int)
    right, bottom = np.ceil(last + margin).astype(int) + 1
    return pixels[top:bottom, left:right]


def _in_photo(code: Code, view: View, look: Look) -> Code:
    polygon = [view.point_in_photo(corner) for corner in code.polygon]
    return code.model_copy(update={"polygon": polygon, "look": look.name})
