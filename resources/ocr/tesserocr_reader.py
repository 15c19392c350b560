"""Tesseract inside this process, by tesserocr."""

import os
import threading
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import tesserocr

from darkroom.errors import EngineUnavailable
from darkroom.ports import GrayImage, Reading
from resources.ocr.size import refuse_too_large
from resources.ocr.tessdata import find_tessdata
from resources.ocr.tsv import reading

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

    def read(self, image: GrayImage) -> Reading:
        """One recognition for both text and boxes."""
        refuse_too_large(image)
        height, width = image.shape
        folder = find_tessdata(self.tessdata, self.languages)
        engine = _engine(str(folder), self.languages, self.page_segmentation_mode)
        with _TURN:
            # Gray bytes: SetImage would encode the picture first, at ten times the cost.
            engine.SetImageBytes(np.ascontiguousarray(image).tobytes(), width, height, 1, width)
            try:
                table = engine.GetTSVText(0) if engine.Recognize() else ""
            finally:
                engine.Clear()
        return reading(table, min_word_confidence=self.min_word_confidence)


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
