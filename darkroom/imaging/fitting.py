"""Photos made smaller, as sharply as LANCZOS makes them."""

import itertools
from functools import cache

import numpy as np
import pyvips
from numpy.typing import NDArray
from PIL import Image

from darkroom.imaging.colours import deep_levels, flatten, is_deep_gray, is_flat, strips
from darkroom.imaging.decoding import DecodedPhoto

_REDUCING_GAP = 2.0
"""What averaging over whole blocks leaves to the filter, at least; as in Pillow's `thumbnail`."""


def fit(image: Image.Image, long_edge_px: int) -> Image.Image:
    """Shrink so that the long edge is at most `long_edge_px`; never enlarges.

    Expects a mode without palette or alpha. Returns the same object when it already fits.
    """
    size = _fitted(image.size, long_edge_px)
    if size == image.size:
        return image
    factors = _blocks(image.size, size)
    coarse = image if factors == (1, 1) else image.reduce(factors)
    return _resized(np.asarray(coarse), _parts(image.size, factors), size)


def flat_and_fitted(photo: DecodedPhoto, long_edge_px: int) -> Image.Image:
    """`fit` of the flattened picture, without ever holding a second large one.

    Averaging over whole blocks, with which `fit` begins, is the same strip by strip. The levels of
    a JPEG are never made a large image at all.
    """
    if isinstance(photo.picture, np.ndarray):
        height, width = photo.picture.shape[:2]
        size = _fitted((width, height), long_edge_px)
        if size != (width, height):
            return _resized(photo.picture, (width, height), size)
    image = photo.image
    size = _fitted(image.size, long_edge_px)
    factors = _blocks(image.size, size)
    if is_flat(image) or factors == (1, 1):
        return fit(flatten(image), long_edge_px)
    levels = deep_levels(image) if is_deep_gray(image) else None
    reduced = (flatten(strip, levels).reduce(factors) for strip in strips(image, factors[1]))
    first = next(reduced)
    coarse = Image.new(first.mode, (first.width, -(-image.height // factors[1])))
    top = 0
    for strip in itertools.chain([first], reduced):
        coarse.paste(strip, (0, top))
        top += strip.height
    return _resized(np.asarray(coarse), _parts(image.size, factors), size)


def _fitted(size: tuple[int, int], long_edge_px: int) -> tuple[int, int]:
    scale = min(long_edge_px / max(size), 1)
    width, height = (max(1, round(length * scale)) for length in size)
    return width, height


def _blocks(before: tuple[int, int], after: tuple[int, int]) -> tuple[int, int]:
    """Width and height of the blocks of pixels that are averaged first."""
    across, down = (
        max(int(length / fitted / _REDUCING_GAP), 1)
        for length, fitted in zip(before, after, strict=True)
    )
    return across, down


def _parts(size: tuple[int, int], factors: tuple[int, int]) -> tuple[float, float]:
    """How many blocks lie across and down, with the part of one at the right and bottom."""
    return size[0] / factors[0], size[1] / factors[1]


def _resized(
    levels: NDArray[np.uint8], extent: tuple[float, float], size: tuple[int, int]
) -> Image.Image:
    """The first `extent` pixels (across, down) of 8-bit levels, in L, RGB or CMYK, as `size`."""
    _prepare_vips()
    height, width, *bands = levels.shape
    large = pyvips.Image.new_from_memory(
        np.ascontiguousarray(levels).data, width, height, *(bands or [1]), "uchar"
    )
    small = large.resize(size[0] / extent[0], vscale=size[1] / extent[1], kernel="lanczos3")
    fitted = small.crop(0, 0, *size).write_to_memory()
    return Image.frombuffer({1: "L", 3: "RGB", 4: "CMYK"}[small.bands], size, fitted)


@cache
def _prepare_vips() -> None:
    """Once per process: no threads of its own, since photos are worked on side by side already."""
    pyvips.concurrency_set(1)
    pyvips.cache_set_max(0)
