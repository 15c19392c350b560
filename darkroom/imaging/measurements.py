"""Measures of how a photo looks, all taken on its upright fitted sRGB image."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageStat

_CHANNEL_WEIGHTS = (0.241, 0.691, 0.068)
"""Of perceived brightness (alienryderflex.com/hsp.html), as CleanVision uses them."""
_SQUARES = np.square(np.arange(256) / 255)
_DEEP_WHITE = 65535
_KERNEL_PX = 3
_TILE_PX = 48


@dataclass(frozen=True, slots=True)
class Measurements:
    sharpness: float
    """Variance of the Laplacian in the sharpest 5 % of the gray image's tiles."""
    brightest: float
    """Perceived brightness that 1 in 10,000 pixels exceed, 0 to 1."""
    darkest: float
    """Perceived brightness that 5 in 1,000 pixels stay below, 0 to 1."""
    contrast: float
    """Gray levels between the 1st and 99th percentile / 255."""
    entropy_bits: float
    """Of the histogram of gray levels; at most 8."""
    chroma: float
    """Largest mean difference between two channels, 0 to 255."""


def measure(image: Image.Image) -> Measurements:
    """Expects an RGB image. Brightness and chroma are taken on means of 2 x 2 pixels."""
    gray = image.convert("L")
    low, high = _percentiles(gray.histogram(), (1, 99))
    coarse = image.reduce(2)
    darkest, brightest = _brightness(np.asarray(coarse), (0.5, 99.99))
    return Measurements(
        sharpness=_sharpness(np.asarray(gray)),
        brightest=brightest,
        darkest=darkest,
        contrast=(high - low) / 255,
        entropy_bits=max(gray.entropy(), 0.0),
        chroma=_chroma(coarse),
    )


def _sharpness(levels: NDArray[np.uint8]) -> float:
    """95th percentile over tiles of the variance of the four-neighbour Laplacian.

    Over the whole image, one sharp subject before a plain wall would count as blurred.
    """
    if min(levels.shape) < _KERNEL_PX:
        return 0.0
    deep = levels.astype(np.int16)
    laplacian = deep[:-2, 1:-1] + deep[2:, 1:-1]
    laplacian += deep[1:-1, :-2]
    laplacian += deep[1:-1, 2:]
    laplacian -= deep[1:-1, 1:-1] << 2
    means = _tile_means(laplacian.astype(np.float32))
    mean_squares = _tile_means(np.square(laplacian, dtype=np.float32))
    return float(np.percentile(mean_squares - np.square(means), 95))


def _tile_means(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Means over equal tiles of about `_TILE_PX`; a remainder at right and bottom is left out."""
    rows, columns = (max(length // _TILE_PX, 1) for length in values.shape)
    tall, wide = values.shape[0] // rows, values.shape[1] // columns
    whole = values[: rows * tall, : columns * wide]
    across = whole.reshape(rows * tall, columns, wide).mean(axis=2)
    means: NDArray[np.float32] = across.reshape(rows, tall, columns).mean(axis=1)
    return means


def _brightness(pixels: NDArray[np.uint8], percentiles: Sequence[float]) -> list[float]:
    """Percentiles of perceived brightness. The root is taken of the answers, not of each pixel."""
    squared = np.zeros(pixels.shape[:2], np.uint16)
    for channel, weight in enumerate(_CHANNEL_WEIGHTS):
        squared += np.rint(_SQUARES * weight * _DEEP_WHITE).astype(np.uint16)[pixels[..., channel]]
    counts = np.bincount(squared.ravel(), minlength=_DEEP_WHITE + 1)
    return [float(np.sqrt(level / _DEEP_WHITE)) for level in _percentiles(counts, percentiles)]


def _percentiles(
    counts: Sequence[int] | NDArray[np.intp], percentiles: Sequence[float]
) -> list[int]:
    """The lowest levels that leave these shares of all pixels at or below them."""
    below = np.cumsum(counts)
    return [int(np.searchsorted(below, below[-1] * share / 100)) for share in percentiles]


def _chroma(image: Image.Image) -> float:
    red, green, blue = image.split()
    pairs = ((red, green), (green, blue), (blue, red))
    return max(ImageStat.Stat(ImageChops.difference(one, two)).mean[0] for one, two in pairs)
