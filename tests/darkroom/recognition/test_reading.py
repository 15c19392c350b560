"""How text is found, with the engine that is the default."""

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from darkroom.ports import GrayImage, TextReader
from darkroom.recognition.reading import read_page
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
