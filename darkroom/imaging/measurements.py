"""Measures of how a photo looks, all taken on its upright fitted sRGB image."""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

_CHANNEL_WEIGHTS = (0.241, 0.691, 0.068)
"""Of perceived brightness (alienryderflex.com/hsp.html), as CleanVision uses them."""
_DEEP_WHITE = 65535
_STEP, _FEW_PIXELS = 3, 2**16
_KERNEL_PX = 3
_TILE_PX = 48
"""Equal tiles of about so much; a remainder at right and bottom is left out."""
_ROWS_AT_ONCE = 4
"""Of tiles, which fit in a core's own cache."""


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


def measure(image: Image.Image, gray: Image.Image | None = None) -> Measurements:
    """Expects an RGB image; `gray` is the same in mode L, for whoever has it already.

    Brightness and chroma are taken on every third pixel of every third row, if there are many.
    """
    gray = gray or image.convert("L")
    levels = gray.histogram()
    low, high = _percentiles(levels, (1, 99))
    channels = [np.asarray(channel) for channel in _sampled(image).split()]
    darkest, brightest = _brightness(channels, (0.5, 99.99))
    return Measurements(
        sharpness=_sharpness(np.asarray(gray)),
        brightest=brightest,
        darkest=darkest,
        contrast=(high - low) / 255,
        entropy_bits=_entropy_bits(levels),
        chroma=_chroma(channels),
    )


def _sampled(image: Image.Image) -> Image.Image:
    """Every third of its pixels, across and down; a small one itself.

    Every second would see one half only of a pattern that dithering left.
    """
    if image.width * image.height <= _FEW_PIXELS:
        return image
    size = (max(image.width // _STEP, 1), max(image.height // _STEP, 1))
    return image.resize(size, Image.Resampling.NEAREST)


def _sharpness(levels: NDArray[np.uint8]) -> float:
    """95th percentile over tiles of the variance of the four-neighbour Laplacian.

    Over the whole image, one sharp subject before a plain wall would count as blurred.
    """
    if min(levels.shape) < _KERNEL_PX:
        return 0.0
    height, width = (length - _KERNEL_PX + 1 for length in levels.shape)
    rows, columns = max(height // _TILE_PX, 1), max(width // _TILE_PX, 1)
    tall, wide = height // rows, width // columns
    variances = []
    for row in range(0, rows, _ROWS_AT_ONCE):
        some = min(_ROWS_AT_ONCE, rows - row)
        top, bottom = row * tall, (row + some) * tall
        laplacian = _laplacian(levels[top : bottom + 2, : columns * wide + 2])
        variances.append(_variances(laplacian.reshape(some, tall, columns, wide)))
    return float(np.percentile(np.concatenate(variances), 95))


def _laplacian(levels: NDArray[np.uint8]) -> NDArray[np.int16]:
    """Of the four neighbours; a pixel less at each edge."""
    deep = levels.astype(np.int16)
    found: NDArray[np.int16] = deep[:-2, 1:-1] + deep[2:, 1:-1]
    found += deep[1:-1, :-2]
    found += deep[1:-1, 2:]
    found -= deep[1:-1, 1:-1] << 2
    return found


def _variances(tiles: NDArray[np.int16]) -> NDArray[np.float32]:
    """Of each of rows x height x columns x width."""
    values = tiles.astype(np.float32)
    pixels = tiles.shape[1] * tiles.shape[3]
    means = values.sum(axis=1).sum(axis=2) / pixels
    np.square(values, out=values)
    found: NDArray[np.float32] = values.sum(axis=1).sum(axis=2) / pixels - np.square(means)
    return found


def _entropy_bits(counts: Sequence[int]) -> float:
    """Shannon's, of a histogram."""
    found = np.array([count for count in counts if count])
    shares = found / found.sum()
    return max(float(-(shares * np.log2(shares)).sum()), 0.0)


def _brightness(channels: Sequence[NDArray[np.uint8]], percentiles: Sequence[float]) -> list[float]:
    """Percentiles of perceived brightness. The root is taken of the answers, not of each pixel."""
    squared = np.full(channels[0].shape, 0.5, np.float32)  # to be rounded when it is cut off
    for channel, weight in zip(channels, _CHANNEL_WEIGHTS, strict=True):
        levels = channel.astype(np.float32)
        squared += np.square(levels, out=levels) * np.float32(weight * _DEEP_WHITE / 255**2)
    counts = np.bincount(squared.astype(np.uint16).ravel(), minlength=_DEEP_WHITE + 1)
    return [float(np.sqrt(level / _DEEP_WHITE)) for level in _percentiles(counts, percentiles)]


def _percentiles(
    counts: Sequence[int] | NDArray[np.intp], percentiles: Sequence[float]
) -> list[int]:
    """The lowest levels that leave these shares of all pixels at or below them."""
    below = np.cumsum(counts)
    # Whole numbers: searching for others has all counts converted first.
    wanted = [math.ceil(below[-1] * share / 100) for share in percentiles]
    return [int(found) for found in np.searchsorted(below, wanted)]


def _chroma(channels: Sequence[NDArray[np.uint8]]) -> float:
    pairs = itertools.combinations(channels, 2)
    return max(float((np.maximum(*pair) - np.minimum(*pair)).mean()) for pair in pairs)
