"""How well a part of a photo can be seen, by the measures that the whole is judged by."""

from collections.abc import Sequence

from PIL import Image

from darkroom.imaging.measurements import measure
from darkroom.rows import CropQuality

_MIN_PX = 16
"""Below, there is no telling a blurred thing from a plain one."""


def crop_quality(image: Image.Image, box: Sequence[float]) -> CropQuality | None:
    """Expects an RGB image of rendition size and a box `[x, y, width, height]` in its pixels.

    None for a box with less than `_MIN_PX` pixels of it across or down.
    """
    x, y, width, height = box
    left, top = max(round(x), 0), max(round(y), 0)
    right, bottom = min(round(x + width), image.width), min(round(y + height), image.height)
    if min(right - left, bottom - top) < _MIN_PX:
        return None
    found = measure(image.crop((left, top, right, bottom)))
    return CropQuality(
        sharpness=round(found.sharpness, 2),
        brightest=round(found.brightest, 4),
        darkest=round(found.darkest, 4),
        contrast=round(found.contrast, 4),
    )
