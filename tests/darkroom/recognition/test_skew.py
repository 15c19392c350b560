"""How far lines are from level, on pages that are drawn here."""

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from darkroom.ports import GrayImage
from darkroom.recognition.skew import skew, straightened
from darkroom.recognition.views import View
from darkroom.samples import scenes

WORDS = ["Front", "left", "door", "scratched,", "mileage", "recorded,", "windscreen", "cracked"]


def page(degrees: float) -> GrayImage:
    """Twenty lines of random words in black on white, turned counter-clockwise."""
    random = np.random.default_rng(3)
    image = Image.new("L", (1000, 1000), 255)
    draw = ImageDraw.Draw(image)
    for line in range(20):
        text = " ".join(random.choice(WORDS, size=random.integers(2, 7)))
        draw.text((60, 60 + 44 * line), text, font=ImageFont.load_default(24), fill=0)
    turned = image.rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=255)
    return np.asarray(turned)


@pytest.mark.parametrize("degrees", [-10, -8, -5, -3, 3, 5, 8, 10])
def test_lines_are_made_level_by_turning_back(degrees: int) -> None:
    """To half a degree, dark on light and light on dark."""
    for image in (page(degrees), 255 - page(degrees)):
        assert skew(image) == pytest.approx(-degrees, abs=0.5)


@pytest.mark.parametrize("degrees", [-1, 0, 1])
def test_a_page_that_is_level_enough_is_left_alone(degrees: int) -> None:
    """Engines make a degree good by themselves: the very same view."""
    view = View.whole(page(degrees))

    assert straightened(view) is view


@pytest.mark.parametrize(
    "image",
    [
        np.full((300, 400), 255, dtype=np.uint8),
        np.zeros((1, 1), dtype=np.uint8),
        np.eye(1, 900, 450, dtype=np.uint8) * 255,
        np.random.default_rng(1).integers(0, 256, (300, 400), dtype=np.uint8),
        np.asarray(scenes.lake((640, 480), seed=1).convert("L")),
    ],
    ids=["white", "1x1", "900x1", "noise", "lake"],
)
def test_without_lines_nothing_is_turned(image: GrayImage) -> None:
    """Of any size."""
    assert skew(image) == 0
