"""Gray thumbnails as Pillow's LANCZOS makes them, bit for bit, in a third of its time.

For a thumbnail the filter is hundreds of pixels wide, and Pillow goes over them one by one. Here
its weights and the levels are multiplied as matrices. Both are whole numbers, and float64 holds
every sum of their products exactly: what is rounded is what Pillow rounds. The weights are those of
https://github.com/python-pillow/Pillow/blob/13.0.0/src/libImaging/Resample.c
"""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image

_LOBES = 3
_WEIGHT = 2.0**22
"""Weights are whole numbers, of this sum but for their own rounding."""
_LEAST_PX, _TALLEST = 256, 1.5
"""Width, and height in widths. Of tall images, and of some small ones, Pillow takes columns before
rows, and levels are rounded in between."""
_COLUMNS = 4
"""Of the thumbnail, at once: they are made of about the same pixels."""
_PIXELS = 2**16
"""Of the image, at once: of so few BLAS makes a product without threads, which would wait for other
workers' cores."""

Weights = Sequence[tuple[slice, NDArray[np.float64]]]


def thumbnail(gray: Image.Image, size: tuple[int, int]) -> Image.Image:
    """`gray.resize(size, LANCZOS)` of an image in mode L; `size` is width and height."""
    if gray.width < _LEAST_PX or gray.height > _TALLEST * gray.width:
        return gray.resize(size, Image.Resampling.LANCZOS)
    levels = np.asarray(gray)
    across, down = _weights(gray.width, size[0]), _weights(gray.height, size[1])
    rows = max(_PIXELS // gray.width, 1)
    strips = (levels[top : top + rows] for top in range(0, gray.height, rows))
    narrow = np.concatenate([_weighed(strip, across) for strip in strips])
    return Image.fromarray(np.ascontiguousarray(_weighed(narrow.T, down).T))


def _weighed(levels: NDArray[np.uint8], weights: Weights) -> NDArray[np.uint8]:
    """Each row as wide as there are columns of weights."""
    exact = levels.astype(np.float64)
    sums = np.concatenate([exact[:, pixels] @ columns for pixels, columns in weights], axis=1)
    found: NDArray[np.uint8] = np.clip(np.floor(sums / _WEIGHT + 0.5), 0, 255).astype(np.uint8)
    return found


@lru_cache(maxsize=32)
def _weights(before: int, after: int) -> Weights:
    """From so many pixels to so many: some of the former, and a column for each of the latter."""
    scale = before / after
    places = np.arange(before)[:, None] - (np.arange(after) + 0.5) * scale + 0.5
    at = places / max(scale, 1.0)
    lanczos = np.where(np.abs(at) < _LOBES, np.sinc(at) * np.sinc(at / _LOBES), 0.0)
    shares = lanczos / lanczos.cumsum(axis=0)[-1]
    whole = np.trunc(shares * _WEIGHT + np.copysign(0.5, shares))
    weights = []
    for start in range(0, after, _COLUMNS):
        columns = whole[:, start : start + _COLUMNS]
        used = np.flatnonzero(columns.any(axis=1))
        pixels = slice(int(used[0]), int(used[-1]) + 1)
        weights.append((pixels, np.ascontiguousarray(columns[pixels])))
    return weights
