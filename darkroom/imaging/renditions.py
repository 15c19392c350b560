"""The standard form of a photo: fitted, then encoded without metadata."""

import hashlib
import io
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from darkroom.settings import RenditionSettings

_ZLIB_RLE = 3
_ENCODINGS: dict[str, tuple[str, dict[str, Any]]] = {
    # Level 1 with run lengths only: the size of level 6 on photos in a fifth of its time.
    "PNG": (".png", {"compress_level": 1, "compress_type": _ZLIB_RLE}),
    "JPEG": (".jpg", {}),
    "WEBP": (".webp", {"method": 4}),
}
_REDUCING_GAP = 2.0


@dataclass(frozen=True, slots=True)
class EncodedRendition:
    path: Path
    sha256: str
    format: str
    width: int
    height: int
    bytes: int


def fit(image: Image.Image, long_edge_px: int) -> Image.Image:
    """Shrink so that the long edge is at most `long_edge_px`; never enlarges.

    Expects a mode without palette or alpha. Returns the same object when it already fits.
    """
    width, height = image.size
    scale = long_edge_px / max(width, height)
    if scale >= 1:
        return image
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return image.resize(size, Image.Resampling.LANCZOS, reducing_gap=_REDUCING_GAP)


def encode(image: Image.Image, settings: RenditionSettings, folder: Path) -> EncodedRendition:
    """Write an upright sRGB image to a new file in `folder`.

    The same image gives the same bytes.
    """
    suffix, options = _ENCODINGS[settings.format]
    if settings.format != "PNG":
        options = options | {"quality": settings.quality}
    bare = image.copy()
    bare.info = {}  # Pillow writes profiles, comments and resolution found here
    buffer = io.BytesIO()
    bare.save(buffer, settings.format, **options)
    encoded = buffer.getvalue()
    with tempfile.NamedTemporaryFile(dir=folder, suffix=suffix, delete=False) as file:
        file.write(encoded)
    return EncodedRendition(
        path=Path(file.name),
        sha256=hashlib.sha256(encoded).hexdigest(),
        format=settings.format,
        width=image.width,
        height=image.height,
        bytes=len(encoded),
    )
