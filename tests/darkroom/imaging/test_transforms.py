"""Mirroring and turning, in words and in pixels."""

import numpy as np
import pytest
from PIL import Image

from darkroom.imaging.transforms import IDENTITY, TURNS, Transform

ARROW = Image.fromarray(np.arange(6, dtype=np.uint8).reshape(2, 3))


def levels(image: Image.Image) -> list[list[int]]:
    return np.asarray(image).tolist()


@pytest.mark.parametrize(
    ("transform", "text", "expected"),
    [
        (IDENTITY, "identity", [[0, 1, 2], [3, 4, 5]]),
        (Transform(degrees=90), "rotated 90", [[3, 0], [4, 1], [5, 2]]),
        (Transform(degrees=180), "rotated 180", [[5, 4, 3], [2, 1, 0]]),
        (Transform(degrees=270), "rotated 270", [[2, 5], [1, 4], [0, 3]]),
        (Transform(mirrored=True), "mirrored", [[2, 1, 0], [5, 4, 3]]),
        (Transform(mirrored=True, degrees=90), "mirrored rotated 90", [[5, 2], [4, 1], [3, 0]]),
        (Transform(mirrored=True, degrees=180), "mirrored rotated 180", [[3, 4, 5], [0, 1, 2]]),
        (Transform(mirrored=True, degrees=270), "mirrored rotated 270", [[0, 3], [1, 4], [2, 5]]),
    ],
)
def test_the_eight_turns(transform: Transform, text: str, expected: list[list[int]]) -> None:
    """Mirrored left to right first, then turned clockwise; each word says just that."""
    assert levels(transform.apply(ARROW)) == expected
    assert (str(transform), Transform.parse(text)) == (text, transform)


@pytest.mark.parametrize("transform", TURNS, ids=str)
def test_the_inverse_takes_it_back(transform: Transform) -> None:
    """One after the other, nothing has changed."""
    there = transform.apply(ARROW)

    assert levels(transform.inverse.apply(there)) == levels(ARROW)
    assert transform.inverse in TURNS


def test_other_angles_have_an_inverse_and_words_too() -> None:
    """A turn goes back; a mirroring on any axis is its own way back."""
    tilted, mirrored = Transform(degrees=30), Transform(mirrored=True, degrees=30)

    assert (str(tilted.inverse), mirrored.inverse) == ("rotated 330", mirrored)
    assert tilted.apply(Image.new("RGB", (40, 20))).size > (40, 20)


@pytest.mark.parametrize("text", ["", "upright", "rotated 360", "rotated 90 mirrored"])
def test_other_words_are_no_transform(text: str) -> None:
    """What we did not write, we do not read."""
    with pytest.raises(ValueError, match=r"no transform|invalid literal"):
        Transform.parse(text)
