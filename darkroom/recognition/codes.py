"""QR and bar codes, read with zxing-cpp."""

from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache

import numpy as np
import zxingcpp

from darkroom.errors import UsageError
from darkroom.ports import GrayImage
from darkroom.rows import Code


def read_codes(image: GrayImage, symbologies: Sequence[str]) -> list[Code]:
    """All codes in an upright gray image, topmost first, then leftmost.

    Symbologies are zxing-cpp format names (`QRCode`, `EAN13`, `AllMatrix` …); none means all that
    it reads. A polygon starts at the code's own top left corner and goes round clockwise, so it
    also tells how the code is turned. Raises `UsageError` for an unknown symbology.
    """
    found = zxingcpp.read_barcodes(
        np.ascontiguousarray(image),
        formats=_formats(tuple(symbologies)),
        text_mode=zxingcpp.TextMode.Plain,  # others rewrite line breaks as <LF>
    )
    return in_reading_order(_code(barcode) for barcode in found)


def in_reading_order(codes: Iterable[Code]) -> list[Code]:
    """Topmost first, then leftmost."""
    return sorted(codes, key=_place)


def check_symbologies(symbologies: Sequence[str]) -> None:
    """Raise `UsageError` for a name that zxing-cpp does not know."""
    _formats(tuple(symbologies))


def known_symbologies() -> list[str]:
    """Every name that settings may use."""
    return [each.name for each in zxingcpp.barcode_formats_list()]


def among(symbologies: Sequence[str], some: Collection[str]) -> list[str]:
    """Those of `some` that settings ask for, which may name groups or nothing at all."""
    asked = zxingcpp.barcode_formats_list(_formats(tuple(symbologies)))
    return sorted({each.name for each in asked} & set(some))


_EAN13_DIGITS = 13


@lru_cache
def _formats(symbologies: tuple[str, ...]) -> zxingcpp.BarcodeFormats:
    known = known_symbologies()
    if unknown := sorted(set(symbologies) - set(known)):
        raise UsageError(
            f"codes.symbologies: unknown name {', '.join(unknown)}; choose from {', '.join(known)}"
        )
    # An empty string stands for all readable formats.
    return zxingcpp.barcode_formats_from_str(",".join(symbologies))


def _code(barcode: zxingcpp.Barcode) -> Code:
    symbology, text = barcode.format.name, barcode.text
    if symbology in {"EAN13", "UPCA"} and len(text) == _EAN13_DIGITS and text.startswith("0"):
        # The same bars: a UPC-A is the EAN-13 with a leading zero, which is not printed below it.
        # zxing-cpp gives it also where only UPC-A is asked for.
        symbology, text = "UPCA", text[1:]
    corners = barcode.position
    return Code(
        symbology=symbology,
        text=_printable(text),
        polygon=[
            [float(corner.x), float(corner.y)]
            for corner in (
                corners.top_left,
                corners.top_right,
                corners.bottom_right,
                corners.bottom_left,
            )
        ],
    )


def _printable(text: str) -> str:
    """Control, direction and unassigned characters as `<U+001D>`.

    A code may hold any bytes. Databases refuse NUL, terminals obey escapes, and direction marks
    make a text read as another one.
    """
    return "".join(
        each if each.isprintable() or each in "\n\r\t" else f"<U+{ord(each):04X}>" for each in text
    )


def _place(code: Code) -> tuple[float, float, str, str]:
    return (
        min(y for _, y in code.polygon),
        min(x for x, _ in code.polygon),
        code.symbology,
        code.text,
    )
