"""How text is found, with the engine that is the default."""

from collections.abc import Sequence

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


def slanting(degrees: float, quarters: int = 0) -> GrayImage:
    """The page turned counter-clockwise, on white."""
    image = Image.fromarray(np.rot90(page(), quarters))
    turned = image.rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=255)
    return np.asarray(turned)


@pytest.mark.parametrize(
    ("degrees", "quarters"),
    [(3, 0), (-3, 0), (5, 0), (-5, 0), (8, 0), (-8, 0), (10, 0), (-10, 0), (7, 1), (-7, 2), (7, 3)],
)
def test_a_slanting_page_is_read_whichever_way_up_it_is(
    degrees: int, quarters: int, reader: TextReader
) -> None:
    """And all that is dark in the photo lies in the boxes of its words."""
    image = slanting(degrees, quarters)

    reading = read_page(image, reader)

    assert reading.text.split() == " ".join(LINES).split()
    left = image.copy()
    for x, y, width, height in (word.box for word in reading.words):
        left[int(y) - 1 : int(y + height) + 2, int(x) - 1 : int(x + width) + 2] = 255
    assert (left < 128).sum() < 0.01 * (image < 128).sum()


@pytest.mark.parametrize("degrees", [0, 5])
def test_light_print_on_dark_ground_is_read(degrees: int, reader: TextReader) -> None:
    """As on screens and signs."""
    assert read_page(255 - slanting(degrees), reader).text.split() == " ".join(LINES).split()


class Remembering:
    """The default `TextReader`, how often it glanced, and the shapes of what it was to read."""

    version = "remembering"
    enough_words = 3

    def __init__(self, reader: TextReader) -> None:
        self._reader = reader
        self.page_scale = reader.page_scale
        self.needs_letters_apart = reader.needs_letters_apart
        self.read_shapes: list[tuple[int, ...]] = []
        self.glances = 0

    def line_heights(self, image: GrayImage) -> Sequence[float] | None:
        self.glances += 1
        return self._reader.line_heights(image)

    def read(self, image: GrayImage) -> Reading:
        self.read_shapes.append(image.shape)
        return self._reader.read(image)


def full_page(size: int) -> GrayImage:
    """The page three times, one below the other."""
    return np.vstack([page(size)] * 3)


def test_a_plain_page_is_read_once_at_three_quarters_of_its_size(reader: TextReader) -> None:
    """And its boxes lie where the words are in the photo."""
    image = full_page(40)
    remembering = Remembering(reader)

    reading = read_page(image, remembering)

    assert reading.text == "\n".join(LINES * 3)
    assert remembering.read_shapes == [(990, 600)]
    rows, columns = np.nonzero(image < 128)
    boxes = np.array([word.box for word in reading.words])
    np.testing.assert_allclose(
        [*boxes[:, :2].min(axis=0), *(boxes[:, :2] + boxes[:, 2:]).max(axis=0)],
        [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1],
        atol=3,
    )


def test_a_page_of_small_letters_is_not_left_at_one_look(reader: TextReader) -> None:
    """It is enlarged, because small letters are read with doubts, or not at all."""
    image = np.vstack([page(12)] * 8)
    remembering = Remembering(reader)

    reading = read_page(image, remembering)

    assert reading.text == "\n".join(LINES * 8)
    assert remembering.read_shapes[0] == (792, 180)
    assert remembering.read_shapes[1][0] > image.shape[0]


def test_tall_lines_are_not_enlarged(reader: TextReader) -> None:
    """They are read as well at the size that they have."""
    image = page()
    remembering = Remembering(reader)

    assert read_page(image, remembering).text == "\n".join(LINES)
    assert remembering.read_shapes == [image.shape]


class Upright:
    """A `TextReader` that takes a slanting page, which stands on a larger canvas, for a picture."""

    version = "upright"
    enough_words = 3
    page_scale = None
    needs_letters_apart = False

    def __init__(self, reader: TextReader, slanting: GrayImage) -> None:
        self._reader = reader
        self._picture = slanting.shape

    def line_heights(self, image: GrayImage) -> list[float] | None:
        return [] if image.shape == self._picture else None

    def read(self, image: GrayImage) -> Reading:
        return self._reader.read(image)


def test_a_slanting_page_is_made_level_before_it_is_passed_over(reader: TextReader) -> None:
    """The layout of receipts that slant by 8 degrees is often taken for a picture's."""
    image = slanting(8)

    assert max(image.shape) < 1024
    assert read_page(image, Upright(reader, image)).text == "\n".join(LINES)
    assert read_page(page(), Upright(reader, page())).text == ""


class Level:
    """A `TextReader` that reads nothing on an image that was turned, which has another shape."""

    version = "level"
    enough_words = 3
    page_scale = None
    needs_letters_apart = False

    def __init__(self, shape: tuple[int, ...]) -> None:
        self._shape = shape

    def line_heights(self, image: GrayImage) -> None:
        pass

    def read(self, image: GrayImage) -> Reading:
        if image.shape != self._shape:
            return Reading(text="", confidence=None, words=[])
        word = Word(text="STOP", confidence=0.95, box=[1, 2, 3, 4])
        return Reading(text="STOP", confidence=0.95, words=[word])


def test_what_only_seemed_to_slant_is_read_as_it_stands() -> None:
    """A roof has slanting lines too, and the sign below it has not."""
    roof = Image.new("L", (2400, 1600), 255)
    for top in range(0, 1600, 50):
        ImageDraw.Draw(roof).line((0, top, 2400, top - 300), fill=0, width=12)

    reading = read_page(np.asarray(roof), Level((1600, 2400)))

    assert (reading.text, [word.box for word in reading.words]) == ("STOP", [[1, 2, 3, 4]])


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


def test_a_photo_without_letters_is_not_shown_to_an_engine_that_needs_them(
    reader: TextReader,
) -> None:
    """Others look for themselves."""
    ripples = np.zeros((1200, 1600), np.uint8)
    ripples[:] = 110 + 60 * np.sin(np.arange(1200) / 7)[:, None]
    remembering = Remembering(reader)

    assert read_page(ripples, remembering) == Reading(text="", confidence=None, words=[])
    assert remembering.glances == 0
    remembering.needs_letters_apart = False
    read_page(ripples, remembering)
    assert remembering.glances > 0


class Doubtful:
    """A `TextReader` that takes branches for letters."""

    version = "doubtful"
    enough_words = 3
    page_scale = None
    needs_letters_apart = False

    def line_heights(self, image: GrayImage) -> None:
        pass

    def read(self, image: GrayImage) -> Reading:  # noqa: ARG002 - part of the port
        words = [
            Word(text="~~~~", confidence=0.9, box=[0, 0, 9, 9]),
            Word(text="ow", confidence=0.9, box=[20, 0, 9, 9]),
            Word(text="aeyo", confidence=0.7, box=[40, 0, 9, 9]),
            Word(text="nnu", confidence=0.87, box=[60, 0, 9, 9]),
        ]
        return Reading(text="~~~~ ow aeyo nnu", confidence=0.84, words=words)


def test_without_one_sure_word_nothing_was_read() -> None:
    """Of four letters or digits, or very sure: what else is read in photos is mostly invented."""
    assert read_page(page(), Doubtful()) == Reading(text="", confidence=None, words=[])
