"""How the text of a photo is looked for: whether at all, at which size, and which way up.

Engines read upright text of a certain size. What differs from that is put right here, for all of
them, and their boxes are brought back to the photo.
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from PIL import Image

from darkroom.ports import GrayImage, Reading, TextReader
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
_SURE_WORDS = 3
_TURNS = (2, 1, 3)
"""Of 90 degrees, upside down first: engines find most text that runs upwards by themselves."""


def read_page(gray: GrayImage, reader: TextReader) -> Reading:
    """The text of an upright photo in 8-bit gray, boxes in its pixels.

    When little can be read, it is turned and tried again: the way that reads best counts.
    """
    if not reader.may_have_text(_glance(gray)):
        return Reading(text="", confidence=None, words=[])
    size = _reading_scale(gray)
    best = _read(scaled(View.whole(gray), size), reader)
    if _reads_well(best):
        return best
    for other in _other_ways(gray, size, reader):
        if _evidence(other) > 2 * _evidence(best) and _sure_words(other) >= _SURE_WORDS:
            best = other
    return best


def _other_ways(gray: GrayImage, size: float, reader: TextReader) -> Iterator[Reading]:
    for quarters in _TURNS:
        reading = _read(scaled(turned(View.whole(gray), quarters), size), reader)
        yield reading
        if _reads_well(reading):
            return


def _read(view: View, reader: TextReader) -> Reading:
    found = reader.read(view.image)
    words = [word.model_copy(update={"box": view.box_in_photo(word.box)}) for word in found.words]
    return replace(found, words=words)


def _glance(gray: GrayImage) -> GrayImage:
    image = Image.fromarray(gray)
    image.thumbnail((GLANCE_PX, GLANCE_PX), Image.Resampling.BICUBIC, reducing_gap=2.0)
    return np.asarray(image)


def _reading_scale(gray: GrayImage) -> float:
    edge = int(max(gray.shape))
    if edge > READ_PX:
        return READ_PX / edge
    return min(max(ENLARGED_PX / edge, 1.0), MAX_ENLARGEMENT)


def _reads_well(reading: Reading) -> bool:
    """Whether another way up is not worth trying."""
    enough = _sure_words(reading) >= _SURE_WORDS
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


def _looks_like_a_word(word: Word) -> bool:
    letters = sum(character.isalpha() for character in word.text)
    return word.confidence >= _SURE and letters >= _WORD_LETTERS
