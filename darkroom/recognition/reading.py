"""How the text of a photo is looked for: whether at all, at which size, and which way up.

Engines read upright text of a certain size. What differs from that is put right here, for all of
them, and their boxes are brought back to the photo.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from PIL import Image

from darkroom.ports import GrayImage, Reading, TextReader
from darkroom.recognition.filters import smoothed
from darkroom.recognition.letters import may_show_letters
from darkroom.recognition.merging import merged
from darkroom.recognition.skew import skew, straightened
from darkroom.recognition.views import View, scaled, tilted, turned
from darkroom.rows import Word

GLANCE_PX = 1024
"""Long edge at which it is told whether there is any text; more costs more and tells no more."""
READ_PX = 3000
"""Long edge at most of what is read. A printed page has then some 270 dots to the inch."""
ENLARGED_PX = 2400
MAX_ENLARGEMENT = 2.0
"""Small pictures are enlarged as far: engines want letters of some 20 pixels at least."""
LINE_PX = 18
"""Lines of this height, from the lowest to the highest of their letters, are read as well as larger
ones, and sooner."""
_LEAST_SCALE = 0.75
"""Nothing is read at a smaller one: of large lines some stand beside smaller ones."""
_LETTERS_PX = 9
"""Height of words from which a reading at that scale is believed to be all."""

_SURE = 0.75
_SURE_IF_SHORT = 0.9
_WORD_LETTERS = 3
_BEYOND_DOUBT = 0.92
"""Mean confidence from which further looks add nothing."""
_LOW = 25
"""Per cent of the lines or words that may be lower than what a size is judged by."""
_WHITE, _PAPER = 192, 0.4
"""Gray level of paper, and the share of a photo that it takes where a page is to be read."""
_PAGE_WORDS = 8
"""Sure words that a page has at least."""
_SMOOTHED = smoothed(1)
"""Dots of a printer or of JPEG run together into strokes."""
_TURNS = (2, 1, 3)
"""Of 90 degrees, upside down first: engines find most text that runs upwards by themselves."""


NOTHING = Reading(text="", confidence=None, words=[])


@dataclass(frozen=True, slots=True)
class Prospect:
    """There may be text."""

    line_share: float | None
    """Height of its low lines in long edges of the photo; None where the engine does not tell."""


def read_page(gray: GrayImage, reader: TextReader) -> Reading:
    """The text of an upright photo in 8-bit gray, boxes in its pixels.

    Lines that slant are made level. When little can be read, it is turned and tried again: the way
    that reads best counts. A page that is read with doubts is looked at again, as large as it can
    be, with faint print darkened, and smoothed. Light print on dark ground engines read by
    themselves.
    """
    if page := _page_at_once(gray, reader):
        return page
    if reader.needs_letters_apart and not _shows_paper(gray) and not may_show_letters(gray):
        return NOTHING
    prospect = _prospect(_glance(gray), reader)
    if prospect is None:
        return NOTHING
    whole, largest = View.whole(gray), _largest_scale(gray)
    view = scaled(whole, min(largest, _fitting_scale(gray, prospect)))
    pose, reading = _best_way_up(view, reader)
    view = pose.of(view)
    if not _beyond_doubt(reading):
        larger = pose.of(scaled(whole, largest))
        reading = _enlarged(reading, larger.image.shape[1] / view.image.shape[1])
        view, smooth = larger, _SMOOTHED(larger.image)
        for image in (_darkened(smooth), smooth):
            reading = merged(reading, reader.read(image))
    if not any(map(_stands_for_text, reading.words)):
        return NOTHING
    return _in_photo(reading, view)


def _page_at_once(gray: GrayImage, reader: TextReader) -> Reading | None:
    """The text of a page that needs one small look only; None of all others."""
    scale = reader.page_scale
    if scale is None or max(gray.shape) < GLANCE_PX or not _shows_paper(gray):
        return None
    view = scaled(View.whole(gray), min(scale, _largest_scale(gray)))
    reading = reader.read(view.image)
    if not _beyond_doubt(reading) or _sure_words(reading) < _PAGE_WORDS:
        return None
    if _low([min(word.box[2:]) for word in reading.words]) < _LETTERS_PX:
        return None
    return _in_photo(reading, view)


def _prospect(glance: GrayImage, reader: TextReader) -> Prospect | None:
    """As it stands; else with its lines level, for a slanting page may be taken for a picture."""
    heights = _line_heights(glance, reader)
    if heights is not None and not heights:
        level = straightened(View.whole(glance)).image
        if level is glance:
            return None
        heights = _line_heights(level, reader)
    if heights is None:
        return Prospect(None)
    return Prospect(_low(heights) / max(glance.shape)) if heights else None


def _low(heights: Sequence[float]) -> float:
    return float(np.percentile(heights, _LOW))


def _line_heights(glance: GrayImage, reader: TextReader) -> Sequence[float] | None:
    """On paper print may be too faint to be told from it."""
    heights = reader.line_heights(glance)
    if heights is None or heights or not _shows_paper(glance):
        return heights
    return reader.line_heights(_darkened(glance))


@dataclass(frozen=True, slots=True)
class _Pose:
    """How a photo is turned before it is read."""

    quarters: int = 0
    degrees: float = 0.0

    @classmethod
    def level(cls, view: View, quarters: int = 0) -> "_Pose":
        return cls(quarters, skew(turned(view, quarters).image))

    def of(self, view: View) -> View:
        upright = turned(view, self.quarters)
        return tilted(upright, self.degrees) if self.degrees else upright


def _best_way_up(view: View, reader: TextReader) -> tuple[_Pose, Reading]:
    pose = _Pose.level(view)
    best = pose, reader.read(pose.of(view).image)
    if pose.degrees and not _reads_well(best[1], reader):
        # What seemed to be slanting lines may have been a roof.
        reading = reader.read(view.image)
        if _evidence(reading) > _evidence(best[1]):
            best = _Pose(), reading
    for quarters in _TURNS:
        if _reads_well(best[1], reader):
            break
        pose = _Pose.level(view, quarters)
        reading = reader.read(pose.of(view).image)
        surer = _evidence(reading) > 2 * _evidence(best[1])
        if surer and _sure_words(reading) >= reader.enough_words:
            best = pose, reading
    return best


def _in_photo(reading: Reading, view: View) -> Reading:
    words = [replace(word, box=view.box_in_photo(word.box)) for word in reading.words]
    return replace(reading, words=words)


def _enlarged(reading: Reading, times: float) -> Reading:
    """As if it were of an image so many times as large."""
    words = [replace(word, box=[side * times for side in word.box]) for word in reading.words]
    return replace(reading, words=words)


def _shows_paper(gray: GrayImage) -> bool:
    """Every fourth row and column is enough to tell."""
    return bool(np.mean(gray[::4, ::4] >= _WHITE) >= _PAPER)


def _darkened(image: GrayImage) -> GrayImage:
    """Faint print on white paper told apart from it: levels to the power of 2.5."""
    levels = np.round(255 * (np.arange(256) / 255) ** 2.5).astype(np.uint8)
    return levels[image]


def _glance(gray: GrayImage) -> GrayImage:
    image = Image.fromarray(gray)
    image.thumbnail((GLANCE_PX, GLANCE_PX), Image.Resampling.BICUBIC, reducing_gap=2.0)
    return np.asarray(image)


def _largest_scale(gray: GrayImage) -> float:
    edge = int(max(gray.shape))
    if edge > READ_PX:
        return READ_PX / edge
    return min(max(ENLARGED_PX / edge, 1.0), MAX_ENLARGEMENT)


def _fitting_scale(gray: GrayImage, prospect: Prospect) -> float:
    """At which low lines are as high as they need to be."""
    if prospect.line_share is None:
        return MAX_ENLARGEMENT
    edge = int(max(gray.shape))
    least = max(_LEAST_SCALE, min(GLANCE_PX / edge, 1.0))
    return max(LINE_PX / (prospect.line_share * edge), least)


def _beyond_doubt(reading: Reading) -> bool:
    return reading.confidence is not None and reading.confidence >= _BEYOND_DOUBT


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
    """Where no word does, what was read is branches, tiles and shadows.

    The shorter it is, the surer it must be: any mesh has some three letters in it.
    """
    signs = sum(character.isalnum() for character in word.text)
    least = _SURE_IF_SHORT if signs == _WORD_LETTERS else _SURE
    return word.confidence >= least and signs >= _WORD_LETTERS


def _looks_like_a_word(word: Word) -> bool:
    letters = sum(character.isalpha() for character in word.text)
    return word.confidence >= _SURE and letters >= _WORD_LETTERS
