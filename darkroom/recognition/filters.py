"""What makes faint, blurred or noisy marks on a gray image plainer."""

from collections.abc import Callable

import numpy as np
from PIL import Image, ImageChops, ImageFilter

from darkroom.ports import GrayImage

Filter = Callable[[GrayImage], GrayImage]

_MIDDLE = np.float32(128)
_CONTRAST = np.float32(40)
"""Gray levels per mean deviation."""
_NOISE = np.float32(2)
"""Gray levels of deviation that a plain surface has: they are not stretched to a pattern."""


def sharpened(radius: float, percent: int) -> Filter:
    """Edges that lens or motion have washed out, made steeper."""
    unsharp_mask = ImageFilter.UnsharpMask(radius, percent, threshold=0)
    return lambda image: np.asarray(Image.fromarray(image).filter(unsharp_mask))


def smoothed(radius: float) -> Filter:
    """Noise averaged away."""
    blur = ImageFilter.GaussianBlur(radius)
    return lambda image: np.asarray(Image.fromarray(image).filter(blur))


def evened(radius: int) -> Filter:
    """Each pixel against its neighbourhood: glare, shade and faint print come out the same.

    Its difference from the mean of the `radius` around it, in units of their mean deviation.
    """
    around = ImageFilter.BoxBlur(radius)

    def even(image: GrayImage) -> GrayImage:
        seen = Image.fromarray(image)
        mean = seen.filter(around)
        deviation = np.asarray(ImageChops.difference(seen, mean).filter(around))
        difference = np.subtract(image, np.asarray(mean), dtype=np.float32)
        level = _MIDDLE + difference * _CONTRAST / (deviation + _NOISE)
        shown: GrayImage = np.clip(level, 0, 255).astype(np.uint8)
        return shown

    return even
