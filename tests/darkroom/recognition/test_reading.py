"""How text is found, with the engine that is the default."""

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from darkroom.ports import GrayImage, Reading, TextReader
from darkroom.recognition.reading import read_page
from darkroom.rows import Word
from darkroom.settings import OcrSettings
from resources.ocr.choice import text_reader

LINES = ("Front left door", "Mileage recorded", "Windscreen cracked", "Engine running")


@pytest.fixture
def reader() -> TextReader:
    return text_reader(OcrSettings())


def page(size: int = 44) -> GrayImage:
    """Four lines in black on white, letters of `size` pixels."""
    image = Image.new("L", (size * 20, size * 11), 255)
    draw = ImageDraw.Draw(image)
    for number, line in enumerate(LINES):
        draw.text((size, size + 2 * size * number), line, font=ImageFont.load_default(size), fill=0)
    return np.asarray(image)


@pytest.mark.parametrize("quarters", [0, 1, 2, 3])
def test_a_page_is_read_whichever_way_up_it_is(quarters: int, reader: TextReader) -> None:
    """And every word's box lies where the word is in the photo."""
    image = np.rot90(page(), quarters)

    reading = read_page(image, reader)

    assert sorted(reading.text.split()) == sorted(" ".join(LINES).split())
    left, top = image.shape[::-1]
    right = bottom = 0.0
    for x, y, width, height in (word.box for word in reading.words):
        left, top = min(left, x), min(top, y)
        right, bottom = max(right, x + width), max(bottom, y + height)
    rows, columns = np.nonzero(image < 128)
    np.testing.assert_allclose(
        [left, top, right, bottom],
        [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1],
        atol=2,
    )


def test_small_letters_are_enlarged(reader: TextReader) -> None:
    """Letters of 12 pixels."""
    assert read_page(page(12), reader).text == "\n".join(LINES)


def test_a_blank_photo_has_no_text(reader: TextReader) -> None:
    """Nor is it looked at for long."""
    reading = read_page(np.full((900, 1200), 190, dtype=np.uint8), reader)

    assert (reading.text, reading.confidence, reading.words) == ("", None, [])


def test_faint_print_is_read(reader: TextReader) -> None:
    """Gray on white, on a page with black edges, as thermal paper is scanned."""
    faint = np.where(page() < 128, 190, 254).astype(np.uint8)
    faint[:, :30] = 0

    assert set(" ".join(LINES).split()) <= set(read_page(faint, reader).text.split())


class Doubtful:
    """A `TextReader` that takes branches for letters."""

    version = "doubtful"

    def may_have_text(self, image: GrayImage) -> bool:  # noqa: ARG002 - part of the port
        return True

    def read(self, image: GrayImage) -> Reading:  # noqa: ARG002 - part of the port
        words = [
            Word(text="~~~~", confidence=0.9, box=[0, 0, 9, 9]),
            Word(text="ow", confidence=0.9, box=[20, 0, 9, 9]),
            Word(text="aey", confidence=0.7, box=[40, 0, 9, 9]),
        ]
        return Reading(text="~~~~ ow aey", confidence=0.83, words=words)


def test_without_one_sure_word_nothing_was_read() -> None:
    """Of three letters or digits: what else is read in photos is mostly invented."""
    assert read_page(page(), Doubtful()) == Reading(text="", confidence=None, words=[])
