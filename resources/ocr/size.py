"""The largest image that OCR engines take."""

from darkroom.errors import PhotoFailed
from darkroom.ports import GrayImage

MAX_EDGE_PX = 32_767
"""Tesseract keeps coordinates in 16 bits, and so does OpenCV, which RapidOCR works with."""


def refuse_too_large(image: GrayImage) -> None:
    """Raise `PhotoFailed`: an engine that cannot look is no proof that there is no text."""
    if max(image.shape) > MAX_EDGE_PX:
        height, width = image.shape
        raise PhotoFailed(
            "ImageTooLarge",
            f"{width} x {height} pixels, and OCR engines take {MAX_EDGE_PX} at most",
            retryable=False,
        )
