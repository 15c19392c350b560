import csv
import json
from pathlib import Path

import numpy as np
import pytest
import zxingcpp

from darkroom.errors import UsageError
from darkroom.evaluation.codes import ReadCodes, expected_code, score_codes
from darkroom.ports import GrayImage
from darkroom.recognition.codes import check_symbologies, known_symbologies, read_codes
from darkroom.recognition.from_file import find_codes
from darkroom.rows import Code
from darkroom.settings import CodeEffort


def drawn(content: str | bytes, symbology: str = "QRCode") -> GrayImage:
    barcode = zxingcpp.create_barcode(content, getattr(zxingcpp.BarcodeFormat, symbology))
    return np.pad(
        np.array(zxingcpp.write_barcode_to_image(barcode, scale=4)), 20, constant_values=255
    )


def test_a_qr_code_is_read_with_its_corners() -> None:
    """A code is one value: symbology, text, and four corners from its own top left, clockwise."""
    (code,) = read_codes(drawn("REPORT-0042"), [])

    assert code == Code(
        symbology="QRCode",
        text="REPORT-0042",
        polygon=[[36.0, 36.0], [120.0, 36.0], [121.0, 121.0], [36.0, 120.0]],
    )


@pytest.mark.parametrize("quarter_turns", [1, 2, 3])
def test_a_turned_code_is_read_and_its_polygon_turns_with_it(quarter_turns: int) -> None:
    """Codes are found in any of four directions; the first corner tells which."""
    upright = drawn("turned")
    (code,) = read_codes(np.rot90(upright, quarter_turns), [])

    width = upright.shape[1]
    first_corner = {1: [0, width], 2: [width, width], 3: [width, 0]}[quarter_turns]
    assert code.text == "turned"
    assert (
        min(code.polygon, key=lambda corner: np.hypot(*np.subtract(corner, first_corner)))
        == (code.polygon[0])
    )


def test_codes_come_topmost_first_then_leftmost() -> None:
    """The order does not depend on how the reader happened to find them."""
    left, right = drawn("left"), drawn("right")
    below = drawn("below")
    page = np.full((300, 320), 255, dtype=np.uint8)
    page[: left.shape[0], : left.shape[1]] = left
    page[: right.shape[0], -right.shape[1] :] = right
    page[-below.shape[0] :, : below.shape[1]] = below

    assert [code.text for code in read_codes(page, [])] == ["left", "right", "below"]


def test_an_inverted_code_is_read() -> None:
    """Light on dark counts as well."""
    assert [code.text for code in read_codes(255 - drawn("inverted"), [])] == ["inverted"]


@pytest.mark.parametrize(
    ("symbology", "content", "expected"),
    [
        ("Code128", "ABC-123", ("Code128", "ABC-123")),
        ("DataMatrix", "hi", ("DataMatrix", "hi")),
        ("EAN13", "9780804816632", ("EAN13", "9780804816632")),
        ("UPCA", "036000291452", ("UPCA", "036000291452")),
    ],
)
def test_bar_codes_are_read_as_they_are_printed(
    symbology: str, content: str, expected: tuple[str, str]
) -> None:
    """A UPC-A shows its twelve digits and not the EAN-13 that has the same bars."""
    (code,) = read_codes(drawn(content, symbology), [])

    assert (code.symbology, code.text) == expected
    assert read_codes(drawn(content, symbology), [symbology]) == [code]


def test_only_the_symbologies_asked_for_are_read() -> None:
    """Settings narrow what is looked for."""
    assert read_codes(drawn("hi"), ["DataMatrix", "EAN13"]) == []


def test_bytes_that_are_no_text_are_shown_as_printable_text() -> None:
    """NUL, escape sequences and direction marks arrive as names; line breaks stay."""
    (code,) = read_codes(drawn("a\0b\x1b[31m\u202ec\nd é"), [])

    assert code.text == "a<U+0000>b<U+001B>[31m<U+202E>c\nd é"


@pytest.mark.parametrize("shape", [(1, 1), (1, 400), (400, 1), (64, 64)])
def test_an_image_without_code_has_none(shape: tuple[int, int]) -> None:
    """However small it is."""
    assert read_codes(np.full(shape, 200, dtype=np.uint8), []) == []


def test_an_unknown_symbology_is_named_with_those_that_are_known() -> None:
    """A misspelt setting stops with one sentence."""
    with pytest.raises(UsageError) as raised:
        check_symbologies(["QRCode", "Qrcod"])

    assert str(raised.value) == (
        "codes.symbologies: unknown name Qrcod; choose from " + ", ".join(known_symbologies())
    )
    check_symbologies(["QRCode", "AllLinear"])


@pytest.mark.corpus
@pytest.mark.parametrize(("effort", "at_least"), [("plain", 128), ("quick", 138)])
def test_real_codes_are_read_exactly_and_none_is_invented(
    corpus: Path, effort: CodeEffort, at_least: int
) -> None:
    """Of 152 photos of codes; no text that is not there, and no code where there is none."""
    with (corpus / "MANIFEST.csv").open(newline="") as manifest:
        photos = [
            (row["path"], expected_code(json.loads(row["expected"])))
            for row in csv.DictReader(manifest)
            if row["path"].startswith(("qr/", "photos/"))
        ]
    score = score_codes(
        [
            ReadCodes(path, text, [code.text for code in find_codes(corpus / path, [], effort)])
            for path, text in photos
        ]
    )

    assert (score.wrong, score.false) == ([], [])
    assert (score.readable, score.right >= at_least) == (152, True)
