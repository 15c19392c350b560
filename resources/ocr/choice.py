"""The OCR engine that the settings name."""

from typing import TYPE_CHECKING

from darkroom.errors import SettingsInvalid
from darkroom.ports import TextReader
from darkroom.settings import OcrSettings

if TYPE_CHECKING:
    from resources.ocr.pytesseract_reader import PytesseractReader
    from resources.ocr.tesserocr_reader import TesserocrReader

LAYOUT_ONLY = (0, 2)
"""Page segmentation modes that read no text."""


def text_reader(settings: OcrSettings) -> TextReader:
    """The adapter for these settings. Starts nothing yet."""
    if settings.page_segmentation_mode in LAYOUT_ONLY:
        raise SettingsInvalid(
            f"ocr.page_segmentation_mode {settings.page_segmentation_mode} looks at the layout and"
            " reads no text; 3 is the usual choice"
        )
    # An engine is loaded when it is chosen: one that is not used costs nothing.
    if settings.engine == "rapidocr":
        from resources.ocr.rapidocr_reader import RapidocrReader

        return RapidocrReader(min_word_confidence=settings.min_word_confidence)
    return _tesseract(settings.engine)(
        languages=settings.languages,
        tessdata=settings.tessdata,
        page_segmentation_mode=settings.page_segmentation_mode,
        min_word_confidence=settings.min_word_confidence,
    )


def _tesseract(engine: str) -> "type[TesserocrReader | PytesseractReader]":
    if engine == "tesserocr":
        from resources.ocr.tesserocr_reader import TesserocrReader

        return TesserocrReader
    from resources.ocr.pytesseract_reader import PytesseractReader

    return PytesseractReader
