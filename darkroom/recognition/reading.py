"""How the text of a photo is looked for: whether at all, at which size, and which way up.

Engines read upright text of a certain size. What differs from that is put right here, for all of
them, and their boxes are brought back to the photo.
"""

from dataclasses import replace

import numpy as np
from PIL import Image, ImageFilter

from darkroom.ports import GrayImage, Reading, TextReader
from darkroom.recognition.merging import merged
from darkroom.recognition.skew import straightened
from darkroom.recognition.views import View, scaled, turned
from darkroom.rows import Word

GLANCE_PX = 1024
"""Long edge at which it is told whether there is any text; more costs more and tells no more."""
READ_PX = 3000
"""Long edge at most of what is read. A printed page has then some 270 dots to the inch."""
ENLARGED_PX = 2400
MAX_ENLARGEMENT = 2.0
"""Small pictures are enlarged as far: engines want letters of some 20 pixels at least."""

_SURE = 0.75
_WORD_LETTERS = 3
_BEYOND_DOUBT = 0.92
"""Mean confidence from which further looks add nothing."""
_TURNS = (2, 1, 3)
"""Of 90 degrees, upside down first: engines find most text that runs upwards by themselves."""


NOTHING = Reading(text="", confidence=None, words=[])


def read_page(gray: GrayImage, reader: TextReader) -> Reading:
    """The text of an upright photo in 8-bit gray, boxes in its pixels.

    Lines that slant are made level. When little can be read, it is turned and tried again: the way
    that reads best counts. A page that is read with doubts is looked at again with faint print
    darkened, and smoothed. Light print on dark ground engines read by themselves.
    """
    if not _may_have_text(_glance(gray), reader):
        return NOTHING
    view, reading = _best_way_up(scaled(View.whole(gray), _reading_scale(gray)), reader)
    if reading.confidence is None or reading.confidence < _BEYOND_DOUBT:
        smooth = _smoothed(view.image)
        for image in (_darkened(smooth), smooth):
            reading = merged(reading, reader.read(image))
    if not any(map(_stands_for_text, reading.words)):
        return NOTHING
    words = [replace(word, box=view.box_in_photo(word.box)) for word in reading.words]
    return replace(reading, words=words)


def _may_have_text(glance: GrayImage, reader: TextReader) -> bool:
    """As it stands; else with its lines level, for a slanting page may be taken for a picture."""
    if reader.may_have_text(glance) or reader.may_have_text(_darkened(glance)):
        return True
    level = straightened(View.whole(glance)).image
    if level is glance:
        return False
    return reader.may_have_text(level) or reader.may_have_text(_darkened(level))


def _best_way_up(view: View, reader: TextReader) -> tuple[View, Reading]:
    first = straightened(view)
    best = first, reader.read(first.image)
    if first is not view and not _reads_well(best[1], reader):
        # What seemed to be slanting lines may have been a roof.
        reading = reader.read(view.image)
        if _evidence(reading) > _evidence(best[1]):
            best = view, reading
    for quarters in _TURNS:
        if _reads_well(best[1], reader):
            break
        other = straightened(turned(view, quarters))
        reading = reader.read(other.image)
        surer = _evidence(reading) > 2 * _evidence(best[1])
        if surer and _sure_words(reading) >= reader.enough_words:
            best = other, reading
    return best


def _darkened(image: GrayImage) -> GrayImage:
    """Faint print on white paper told apart from it: levels to the power of 2.5."""
    levels = np.round(255 * (np.arange(256) / 255) ** 2.5).astype(np.uint8)
    return levels[image]


def _smoothed(image: GrayImage) -> GrayImage:
    """Dots of a printer or of JPEG run together into strokes."""
    return np.asarray(
        Image.fromarray(np.ascontiguousarray(image)).filter(ImageFilter.GaussianBlur(1))
    )


def _glance(gray: GrayImage) -> GrayImage:
    image = Image.fromarray(gray)
    image.thumbnail((GLANCE_PX, GLANCE_PX), Image.Resampling.BICUBIC, reducing_gap=2.0)
    return np.asarray(image)


def _reading_scale(gray: GrayImage) -> float:
    edge = int(max(gray.shape))
    if edge > READ_PX:
        return READ_PX / edge
    return min(max(ENLARGED_PX / edge, 1.0), MAX_ENLARGEMENT)


def _reads_well(reading: Reading, reader: TextReader) -> bool:
    """Whether another way up is not worth trying."""
    enough = _sure_words(reading) >= reader.enough_words
    return enough and reading.confidence is not None and reading.confidence >= _SURE


def _sure_words(reading: Reading) -> int:
    return sum(_looks_like_a_word(word) for word in reading.words)


def _evidence(reading: Reading) -> float:
    """How much was read, in letters that count by how sure they are."""
    return sum(
        word.confidence * len(word.text)
        for word in reading.words
        if len(word.text) >= _WORD_LETTERS
    )


def _stands_for_text(word: Word) -> bool:
    """Where no word does, what was read is branches, tiles and shadows."""
    signs = sum(character.isalnum() for character in word.text)
    return word.confidence >= _SURE and signs >= _WORD_LETTERS


def _looks_like_a_word(word: Word) -> bool:
    letters = sum(character.isalpha() for character in word.text)
    return word.confidence >= _SURE and letters >= _WORD_LETTERS
