"""The OCR engine that the settings name."""

from darkroom.errors import SettingsInvalid
from darkroom.ports import TextReader
from darkroom.settings import OcrSettings
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
    adapter = TesserocrReader if settings.engine == "tesserocr" else PytesseractReader
    return adapter(
        languages=settings.languages,
        tessdata=settings.tessdata,
        page_segmentation_mode=settings.page_segmentation_mode,
        min_word_confidence=settings.min_word_confidence,
    )
