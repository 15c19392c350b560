import numpy as np
import pytest

from darkroom.recognition.letterbox import letterbox


def test_a_wide_image_lies_at_the_top_and_gray_fills_the_rest() -> None:
    """One pixel of the canvas per two of the image; channels blue, green, red; values stay."""
    image = np.full((32, 128, 3), (10, 20, 30), dtype=np.uint8)

    fitted = letterbox(image, width=64, height=64)

    expected = np.full((1, 3, 64, 64), 114, dtype=np.float32)
    expected[0, :, :16, :] = np.array([30, 20, 10])[:, None, None]
    assert fitted.scale == 0.5
    assert fitted.canvas.dtype == np.float32
    np.testing.assert_array_equal(fitted.canvas, expected)


def test_a_small_image_is_enlarged() -> None:
    """As the networks were trained; it fills the canvas along its longer edge."""
    fitted = letterbox(np.zeros((16, 8, 3), dtype=np.uint8), width=64, height=64)

    assert fitted.scale == 4.0
    assert (fitted.canvas[0, :, :, :32] == 0).all()
    assert (fitted.canvas[0, :, :, 32:] == 114).all()


@pytest.mark.parametrize("shape", [(1, 1), (1, 5000), (5000, 1)])
def test_any_shape_fits(shape: tuple[int, int]) -> None:
    """Even where one edge would come to less than a pixel."""
    canvas = letterbox(np.zeros((*shape, 3), dtype=np.uint8), width=64, height=32).canvas

    assert canvas.shape == (1, 3, 32, 64)
    assert (canvas == 0).any()
