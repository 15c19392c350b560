"""Tesseract inside this process, by tesserocr."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import tesserocr

from darkroom.errors import EngineUnavailable
from darkroom.ports import GrayImage, Reading
from resources.ocr.scripts import stand_apart
from resources.ocr.size import refuse_too_large
from resources.ocr.tessdata import find_tessdata
from resources.ocr.tsv import reading

TEXT_BLOCKS = frozenset(
    (
        tesserocr.PT.FLOWING_TEXT,
        tesserocr.PT.HEADING_TEXT,
        tesserocr.PT.PULLOUT_TEXT,
        tesserocr.PT.TABLE,
        tesserocr.PT.VERTICAL_TEXT,
        tesserocr.PT.CAPTION_TEXT,
    )
)
"""The others are pictures, ruled lines, equations and noise. A photo is mostly one picture."""

COLUMNS = (tesserocr.PSM.AUTO_OSD, tesserocr.PSM.AUTO)
"""Page segmentation modes that tell text from pictures. Others are told that there is text."""

_TURN = threading.Lock()
"""An engine holds one image at a time."""


@dataclass(frozen=True, slots=True)
class TesserocrReader:
    """A `TextReader` whose engine starts once per process and is kept.

    Its wheel is built without OpenMP: one engine thread, whatever the environment says.
    """

    languages: str
    tessdata: str | None
    page_segmentation_mode: int
    min_word_confidence: float

    @property
    def version(self) -> str:
        """Engine, its version and all settings."""
        engine = tesserocr.tesseract_version().split("\n", 1)[0]
        return (
            f"tesserocr {engine} {self.languages} psm {self.page_segmentation_mode}"
            f" confidence {self.min_word_confidence}"
        )

    @property
    def enough_words(self) -> int:
        """It makes words of upside-down letters, and is sure of some."""
        return 3

    @property
    def page_scale(self) -> float:
        """Scans of 300 dots to the inch lose nothing; at half their size they do."""
        return 0.75

    @property
    def needs_letters_apart(self) -> bool:
        """Its layout takes what stands in a row for text, where it looks for columns of it."""
        return self.page_segmentation_mode in COLUMNS and stand_apart(self.languages)

    def line_heights(self, image: GrayImage) -> list[float]:
        """Those of the layout, which costs a tenth of what reading a page does."""
        with self._shown(image) as engine:
            layout = engine.AnalyseLayout()
            if layout is None:
                return []
            lines = tesserocr.iterate_level(layout, tesserocr.RIL.TEXTLINE)
            return [_height(line) for line in lines if line.BlockType() in TEXT_BLOCKS]

    def read(self, image: GrayImage) -> Reading:
        """One recognition for both text and boxes."""
        with self._shown(image) as engine:
            table = engine.GetTSVText(0) if engine.Recognize() else ""
        return reading(table, min_word_confidence=self.min_word_confidence)

    @contextmanager
    def _shown(self, image: GrayImage) -> "Iterator[tesserocr.PyTessBaseAPI]":
        """The engine with this image, for this thread alone."""
        refuse_too_large(image)
        height, width = image.shape
        folder = find_tessdata(self.tessdata, self.languages)
        engine = _engine(str(folder), self.languages, self.page_segmentation_mode)
        with _TURN:
            # Gray bytes: SetImage would encode the picture first, at ten times the cost.
            engine.SetImageBytes(np.ascontiguousarray(image).tobytes(), width, height, 1, width)
            try:
                yield engine
            finally:
                engine.Clear()


def _height(line: "tesserocr.PyPageIterator") -> float:
    """Of the line as it is read: some run upwards."""
    left, top, right, bottom = line.BoundingBox(tesserocr.RIL.TEXTLINE)
    return float(min(right - left, bottom - top))


@lru_cache(maxsize=2)
def _engine(folder: str, languages: str, psm: int) -> "tesserocr.PyTessBaseAPI":
    # Else Leptonica remarks on odd images on stderr, and Tesseract on every image.
    tesserocr.set_leptonica_log_level(tesserocr.LeptLogLevel.NONE)
    try:
        engine = tesserocr.PyTessBaseAPI(path=folder, lang=languages, psm=psm)
    except RuntimeError as error:
        raise EngineUnavailable(
            f"Tesseract cannot start with {languages} from {folder}: {error}; install its language"
            " data again"
        ) from error
    engine.SetVariable("debug_file", os.devnull)
    return engine
