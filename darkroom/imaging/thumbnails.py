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
_STRIP_PIXELS = 2**20
"""Of which float64 takes 8 MB."""
_COLUMNS = 4
"""Of the thumbnail, at once: they are made of about the same pixels."""
_PRODUCT = 2**18
"""Rows x pixels x columns, at most: BLAS makes such a product without threads, which would wait for
other workers' cores."""

Weights = Sequence[tuple[slice, slice, NDArray[np.float64]]]
"""Some pixels, the places in the thumbnail made of them, and a column of weights for each."""


def thumbnails(gray: Image.Image, sizes: Sequence[tuple[int, int]]) -> list[Image.Image]:
    """`gray.resize(size, LANCZOS)` of an image in mode L, for each size: width and height."""
    if gray.width < _LEAST_PX or gray.height > _TALLEST * gray.width:
        return [gray.resize(size, Image.Resampling.LANCZOS) for size in sizes]
    levels = np.asarray(gray)
    rows = max(_STRIP_PIXELS // gray.width, 1)
    narrow = np.empty((gray.height, sum(width for width, _ in sizes)))
    for top in range(0, gray.height, rows):
        strip = levels[top : top + rows].astype(np.float64)
        narrow[top : top + rows] = np.concatenate(
            [_weighed(strip, _weights(gray.width, width), width) for width, _ in sizes], axis=1
        )
    found = []
    for width, height in sizes:
        columns, narrow = narrow[:, :width], narrow[:, width:]
        small = _weighed(columns.T, _weights(gray.height, height), height).T
        found.append(Image.fromarray(small.astype(np.uint8)))
    return found


def _weighed(levels: NDArray[np.float64], weights: Weights, width: int) -> NDArray[np.float64]:
    """Each row as so many levels, whole numbers again."""
    sums = np.empty((len(levels), width))
    for pixels, places, columns in weights:
        rows = max(_PRODUCT // columns.size, 1)
        for top in range(0, len(levels), rows):
            sums[top : top + rows, places] = levels[top : top + rows, pixels] @ columns
    return np.clip(np.floor(sums / _WEIGHT + 0.5), 0, 255)


@lru_cache(maxsize=32)
def _weights(before: int, after: int) -> Weights:
    """From so many pixels to so many."""
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
        made = slice(start, start + columns.shape[1])
        weights.append((pixels, made, np.ascontiguousarray(columns[pixels])))
    return weights
