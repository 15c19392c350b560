"""The standard form of a photo: fitted, upright, encoded without metadata."""

import hashlib
import io
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from darkroom.imaging.colours import to_srgb
from darkroom.imaging.decoding import decode, open_photo, upright
from darkroom.imaging.fitting import flat_and_fitted
from darkroom.ports import RgbImage
from darkroom.settings import RenditionSettings

_ZLIB_RLE = 3
_ENCODINGS: dict[str, tuple[str, dict[str, Any]]] = {
    # Level 1 with run lengths only: the size of level 6 on photos in a fifth of its time.
    "PNG": (".png", {"compress_level": 1, "compress_type": _ZLIB_RLE}),
    "JPEG": (".jpg", {}),
    "WEBP": (".webp", {"method": 4}),
}


@dataclass(frozen=True, slots=True)
class EncodedRendition:
    path: Path
    sha256: str
    format: str
    width: int
    height: int
    bytes: int


def reduced_rgb(path: Path, *, long_edge_px: int) -> tuple[RgbImage, float]:
    """An upright original in sRGB, fitted, and pixels of the original per pixel of that.

    Raises `Unreadable`, which a photo that passed `readable` does not.
    """
    photo = open_photo(path.read_bytes())
    found = decode(photo, at_least_px=long_edge_px)
    fitted = to_srgb(flat_and_fitted(found, long_edge_px), found.icc_profile)
    pixels = np.asarray(upright(fitted, found.orientation))
    return pixels, max(photo.header.width, photo.header.height) / max(pixels.shape[:2])


def encode(image: Image.Image, settings: RenditionSettings, folder: Path) -> EncodedRendition:
    """Write an upright sRGB image to a new file in `folder`.

    The same image gives the same bytes.
    """
    suffix, options = _ENCODINGS[settings.format]
    if settings.format != "PNG":
        options = options | {"quality": settings.quality}
    bare = image
    if image.info:  # Pillow writes profiles, comments and resolution found there
        bare = image.copy()
        bare.info = {}
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
