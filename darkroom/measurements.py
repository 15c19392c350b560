"""Measures of how a photo looks, all taken on its upright fitted sRGB image."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageStat

# Weights of perceived brightness (alienryderflex.com/hsp.html), as CleanVision uses them.
_RED, _GREEN, _BLUE = 0.241, 0.691, 0.068


_KERNEL_PX = 3


@dataclass(frozen=True, slots=True)
class Measurements:
    sharpness: float
    """Variance of the Laplacian of the gray image."""
    bright_end: float
    """99th percentile of perceived brightness, 0 to 1."""
    dark_end: float
    """5th percentile of perceived brightness, 0 to 1."""
    contrast: float
    """Gray levels between the 1st and 99th percentile / 255."""
    entropy_bits: float
    """Of the histogram of gray levels; at most 8."""
    chroma: float
    """Largest mean difference between two channels, 0 to 255."""


def measure(image: Image.Image) -> Measurements:
    """Expects an RGB image."""
    gray = image.convert("L")
    levels = np.asarray(gray)
    red, green, blue = image.split()
    pairs = ((red, green), (green, blue), (blue, red))
    dark_end, bright_end = _brightness(np.asarray(image), (5, 99))
    low, high = _percentiles(np.bincount(levels.ravel(), minlength=256), (1, 99))
    return Measurements(
        sharpness=_sharpness(levels),
        bright_end=bright_end,
        dark_end=dark_end,
        contrast=(high - low) / 255,
        entropy_bits=gray.entropy(),
        chroma=max(ImageStat.Stat(ImageChops.difference(a, b)).mean[0] for a, b in pairs),
    )


def _sharpness(levels: NDArray[np.uint8]) -> float:
    """Variance of the four-neighbour Laplacian; 0 for an image too small to have neighbours."""
    if min(levels.shape) < _KERNEL_PX:
        return 0.0
    deep = levels.astype(np.int16)
    laplacian = (
        deep[:-2, 1:-1] + deep[2:, 1:-1] + deep[1:-1, :-2] + deep[1:-1, 2:] - 4 * deep[1:-1, 1:-1]
    )
    return float(laplacian.var(dtype=np.float64))


def _brightness(pixels: NDArray[np.uint8], percentiles: tuple[int, int]) -> tuple[float, float]:
    """Percentiles of perceived brightness, to a 1/1000."""
    squares = np.square(np.arange(256, dtype=np.float32) / 255)
    red, green, blue = (pixels[..., channel] for channel in range(3))
    brightness = np.sqrt(
        (_RED * squares)[red] + (_GREEN * squares)[green] + (_BLUE * squares)[blue]
    )
    counts = np.bincount((brightness * 1000).astype(np.int16).ravel(), minlength=1001)
    low, high = _percentiles(counts, percentiles)
    return low / 1000, high / 1000


def _percentiles(counts: NDArray[np.intp], percentiles: tuple[int, int]) -> tuple[int, int]:
    """The lowest levels that leave these shares of all pixels at or below them."""
    below = np.cumsum(counts)
    low, high = (int(np.searchsorted(below, below[-1] * share / 100)) for share in percentiles)
    return low, high
