"""Tesseract as a program of its own, started for each photo by pytesseract."""

import os
import shlex
import tempfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pytesseract
from PIL import Image
from pytesseract import Output, TesseractError, TesseractNotFoundError

from darkroom.errors import EngineUnavailable, PhotoFailed
from darkroom.ports import GrayImage, Reading
from resources.ocr.size import refuse_too_large
from resources.ocr.tessdata import find_tessdata
from resources.ocr.tsv import reading

NOT_INSTALLED = (
    "the program tesseract is not installed or not on PATH: apt-get install tesseract-ocr, or brew"
    " install tesseract"
)


@dataclass(frozen=True, slots=True)
class PytesseractReader:
    """A `TextReader` that starts a program for each image."""

    languages: str
    tessdata: str | None
    page_segmentation_mode: int
    min_word_confidence: float

    @property
    def version(self) -> str:
        """Engine, its version and all settings. Raises `EngineUnavailable`."""
        return (
            f"pytesseract tesseract {_program_version()} {self.languages}"
            f" psm {self.page_segmentation_mode} confidence {self.min_word_confidence}"
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
        """It has no glance that would miss small letters, and reads them much enlarged."""
        return False

    def line_heights(self, image: GrayImage) -> None:
        """Always None: the program cannot look at the layout without reading it too."""

    def read(self, image: GrayImage) -> Reading:
        """One run of the program for both text and boxes."""
        refuse_too_large(image)
        _hold_to_one_thread()
        folder = find_tessdata(self.tessdata, self.languages)
        with tempfile.TemporaryDirectory(prefix="darkroom-ocr-") as scratch:
            # A path, because pytesseract would encode an image as PNG at full effort.
            path = Path(scratch, "photo.pgm")
            Image.fromarray(image).save(path)
            try:
                table = pytesseract.image_to_data(
                    str(path),
                    lang=self.languages,
                    config=f"--psm {self.page_segmentation_mode}"
                    f" --tessdata-dir {shlex.quote(str(folder))}",
                    output_type=Output.STRING,
                )
            except TesseractNotFoundError as error:
                raise EngineUnavailable(NOT_INSTALLED) from error
            except TesseractError as error:
                raise PhotoFailed("TesseractError", str(error.message), retryable=True) from error
        return reading(table, min_word_confidence=self.min_word_confidence)


@lru_cache(maxsize=1)
def _program_version() -> str:
    try:
        return str(pytesseract.get_tesseract_version())
    except TesseractNotFoundError as error:
        raise EngineUnavailable(NOT_INSTALLED) from error


@lru_cache(maxsize=1)
def _hold_to_one_thread() -> None:
    """Set OMP_THREAD_LIMIT=1 for the program alone.

    Left alone, each program takes all cores, and several at once take five times as long. There is
    no argument for the environment: pytesseract hands on what its module calls `environ`.
    """
    pytesseract.pytesseract.environ = {**os.environ, "OMP_THREAD_LIMIT": "1"}
