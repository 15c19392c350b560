import numpy as np
import pytest
from PIL import Image, ImageFilter

from darkroom.imaging.measurements import Measurements, measure


def texture(size: tuple[int, int] = (480, 360), *, low: int = 0, high: int = 256) -> Image.Image:
    """Coarse grain, seeded."""
    grain = np.random.default_rng(5).integers(low, high, (size[1] // 3, size[0] // 3, 3))
    return Image.fromarray(grain.astype(np.uint8)).resize(size)


def test_a_plain_image_measures_nothing() -> None:
    """Zero everywhere but in brightness."""
    found = measure(Image.new("RGB", (64, 48), (255, 255, 255)))

    assert found == Measurements(
        sharpness=0.0, brightest=1.0, darkest=1.0, contrast=0.0, entropy_bits=0.0, chroma=0.0
    )


@pytest.mark.parametrize("size", [(1, 1), (2, 500), (3, 3), (5000, 4)])
def test_the_smallest_images_can_be_measured(size: tuple[int, int]) -> None:
    """An image without neighbours has no sharpness."""
    assert measure(Image.new("RGB", size, (9, 9, 9))).sharpness == 0.0


def test_blur_lowers_sharpness() -> None:
    """By orders of magnitude."""
    sharp = texture()
    soft = sharp.filter(ImageFilter.GaussianBlur(5))

    assert measure(soft).sharpness < 12
    assert measure(sharp).sharpness > 1000


def test_a_sharp_subject_before_a_plain_wall_is_sharp() -> None:
    """The wall does not count against it."""
    wall = Image.new("RGB", (960, 720), (180, 180, 190))
    wall.paste(texture((240, 180)), (350, 270))

    assert measure(wall).sharpness > 500


def test_a_lamp_ends_the_dark_and_ink_ends_the_glare() -> None:
    """A night photo is not a dark one, a page is not burnt out."""
    dark = Image.new("RGB", (600, 400), (12, 12, 12))
    night = dark.copy()
    night.paste((255, 255, 255), (100, 100, 112, 112))
    glare = Image.new("RGB", (600, 400), (255, 255, 255))
    page = glare.copy()
    page.paste((0, 0, 0), (100, 100, 200, 124))

    assert measure(dark).brightest == pytest.approx(12 / 255, abs=0.01)
    assert measure(night).brightest == pytest.approx(1)
    assert measure(glare).darkest == pytest.approx(1)
    assert measure(page).darkest == pytest.approx(0)


def test_a_dithered_photo_is_neither_dark_nor_bright() -> None:
    """Every second pixel of it is black, or every second row: all phases are looked at."""
    dots = np.indices((600, 801)).sum(axis=0) % 2 * 255
    rows = np.indices((600, 801))[0] % 2 * 255

    for levels in (dots, rows, rows.T):
        found = measure(Image.fromarray(levels.astype(np.uint8)).convert("RGB"))
        assert (found.darkest, found.brightest) == (0.0, 1.0)


def test_large_photos_measure_as_all_of_their_pixels_do() -> None:
    """Brightness and colour are taken on one in nine."""
    grain = np.random.default_rng(6).normal(100, 30, (768, 1024, 3)).clip(0, 255)
    levels = grain.astype(np.uint8).astype(float)
    seen = np.sqrt(np.square(levels / 255) @ (0.241, 0.691, 0.068))

    found = measure(Image.fromarray(grain.astype(np.uint8)))

    assert found.darkest == pytest.approx(np.percentile(seen, 0.5), abs=0.01)
    assert found.brightest == pytest.approx(np.percentile(seen, 99.99), abs=0.02)
    differences = [np.abs(levels[..., a] - levels[..., b]).mean() for a, b in ((0, 1), (1, 2))]
    assert found.chroma == pytest.approx(max(differences), rel=0.01)


def test_perceived_brightness_weighs_the_channels() -> None:
    """Green is brighter than red, red than blue."""
    found = [
        measure(Image.new("RGB", (8, 8), colour)).brightest
        for colour in ((255, 0, 0), (0, 255, 0), (0, 0, 255))
    ]

    assert found == pytest.approx([0.241**0.5, 0.691**0.5, 0.068**0.5], abs=1e-3)


def test_contrast_entropy_and_chroma_of_known_images() -> None:
    """A gray ramp uses all levels equally and has no colour."""
    ramp = measure(Image.linear_gradient("L").convert("RGB"))
    orange = measure(Image.new("RGB", (8, 8), (250, 150, 50)))

    assert (ramp.contrast, ramp.entropy_bits, ramp.chroma) == (pytest.approx(251 / 255), 8.0, 0.0)
    assert orange.chroma == 200
