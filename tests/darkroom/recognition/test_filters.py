import numpy as np
import pytest

from darkroom.recognition.filters import Filter, evened, sharpened, smoothed


def test_evening_out_shows_faint_marks_in_glare_and_shade_alike() -> None:
    """Stripes come out four times as far apart, in the dark as in the light."""
    x = np.arange(400)
    stripes = np.where(x // 4 % 2, 12, 0)
    image = np.tile(30 + x * 0.5 + stripes, (60, 1)).astype(np.uint8)

    shown = evened(20)(image).astype(int)
    dark, light = shown[:, stripes == 0].mean(axis=0), shown[:, stripes > 0].mean(axis=0)

    assert (light[:-1] - dark[: len(light) - 1]).min() >= 4 * 12


def test_evening_out_leaves_a_plain_surface_plain() -> None:
    """A gray level of noise becomes no such mark."""
    noise = np.random.default_rng(1).integers(120, 122, (80, 80)).astype(np.uint8)

    shown = evened(20)(noise)

    assert int(shown.max()) - int(shown.min()) < 4 * 12


@pytest.mark.parametrize("shape", [(1, 1), (1, 4000), (3000, 2)])
@pytest.mark.parametrize("filtered", [evened(20), sharpened(1, 150), smoothed(1)])
def test_any_image_can_be_filtered(shape: tuple[int, int], filtered: Filter) -> None:
    """However small or narrow it is; a plain one is not given a pattern."""
    shown = filtered(np.full(shape, 200, np.uint8))

    assert shown.shape == shape
    assert len(np.unique(shown)) == 1
