"""The section `ocr`."""

from typing import Annotated, Literal

from pydantic import Field

from darkroom.settings.section import Section, Share


class OcrSettings(Section):
    """Reading text."""

    enabled: bool = Field(True, description="Whether texts are read at all.")
    engine: Literal["tesserocr", "pytesseract", "rapidocr"] = Field(
        "tesserocr",
        description="tesserocr works in process; pytesseract starts a program per photo. rapidocr,"
        " an extra, is for signs and plates; the next three settings are Tesseract's alone.",
    )
    languages: str = Field("eng", description="Tesseract language codes joined by +.")
    tessdata: str | None = Field(
        None, description="Folder of *.traineddata. Unset: where Tesseract is usually installed."
    )
    page_segmentation_mode: Annotated[int, Field(ge=0, le=13)] = Field(
        3, description="Tesseract psm; 3 invents no text on plain photos."
    )
    min_word_confidence: Share = Field(0.5, description="Words below are left out.")
