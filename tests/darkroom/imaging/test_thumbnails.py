"""Thumbnails beside Pillow's own."""

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from darkroom.imaging.thumbnails import thumbnails

THUMBNAILS = ((32, 32), (9, 8), (8, 9))


def assert_as_pillow(levels: NDArray[np.uint8]) -> None:
    gray = Image.fromarray(levels)
    for size, found in zip(THUMBNAILS, thumbnails(gray, THUMBNAILS), strict=True):
        expected = np.asarray(gray.resize(size, Image.Resampling.LANCZOS))
        np.testing.assert_array_equal(np.asarray(found), expected)


@pytest.mark.parametrize(
    "size",
    [
        *((1024, 768), (768, 1024), (683, 1024), (1024, 683), (1024, 576), (1024, 1024)),
        *((1600, 1200), (4000, 3000), (3000, 4000)),
        *((576, 1024), (473, 1024), (24, 1000), (1000, 24)),
        *((256, 384), (255, 384), (256, 385), (256, 1)),
        *((32, 32), (9, 8), (31, 17), (40, 33), (2, 2), (1, 1), (1, 200), (200, 1)),
    ],
)
def test_every_level_is_pillows(size: tuple[int, int]) -> None:
    """Of noise and of what overshoots: black beside white."""
    width, height = size
    chance = np.random.default_rng(width * height)

    assert_as_pillow(chance.integers(0, 256, (height, width), np.uint8))
    assert_as_pillow(chance.choice(np.array([0, 255], np.uint8), (height, width)))


def test_every_level_of_any_size_is_pillows() -> None:
    """Smooth ramps, where one level more or less turns a bit of a hash."""
    chance = np.random.default_rng(7)
    for width, height in chance.integers(1, 1200, (60, 2)):
        ramp = np.add.outer(np.linspace(0, 90, height), np.linspace(0, 160, width))
        assert_as_pillow(ramp.astype(np.uint8))
