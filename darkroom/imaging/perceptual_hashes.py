"""pHash and dHash: 64 bits that stay close when a photo is resized or encoded again.

Both are imagehash's own, with its defaults (hash size 8). A hash belongs to one image of a photo;
which one, `examination` says.
"""

from dataclasses import dataclass

import imagehash
from PIL import Image


@dataclass(frozen=True, slots=True)
class PerceptualHashes:
    phash: str
    """16 hex digits."""
    dhash: str
    """16 hex digits."""


def perceptual_hashes(image: Image.Image) -> PerceptualHashes:
    """Expects the photo upright. It need not be RGB: imagehash itself converts to gray."""
    gray = image.convert("L")
    return PerceptualHashes(str(imagehash.phash(gray)), str(imagehash.dhash(gray)))
