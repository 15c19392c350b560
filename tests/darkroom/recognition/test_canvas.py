import numpy as np
import pytest

from darkroom.recognition.canvas import canvas_of
from darkroom.recognition.model_card import ImageInput, YoloxInput


def test_a_letterboxed_image_lies_at_the_top_and_gray_fills_the_rest() -> None:
    """One pixel of the canvas per two of the image; channels blue, green, red; values stay."""
    image = np.full((32, 128, 3), (10, 20, 30), dtype=np.uint8)

    canvas = canvas_of(image, YoloxInput(), width=64, height=64)

    expected = np.full((3, 64, 64), 114, dtype=np.float32)
    expected[:, :16, :] = np.array([30, 20, 10])[:, None, None]
    assert (canvas.across, canvas.down) == (0.5, 0.5)
    assert canvas.values.dtype == np.float32
    np.testing.assert_array_equal(canvas.values, expected)


def test_a_stretched_image_fills_the_canvas() -> None:
    """And boxes find back to it; channels red, green, blue."""
    image = np.full((32, 128, 3), (10, 20, 30), dtype=np.uint8)

    canvas = canvas_of(image, ImageInput(white=255), width=64, height=64)

    np.testing.assert_array_equal(
        canvas.values, np.broadcast_to(np.array([10, 20, 30])[:, None, None], (3, 64, 64))
    )
    boxes = np.array([[0, 0, 64, 64], [32, 16, 48, 32]], dtype=np.float32)
    np.testing.assert_array_equal(canvas.in_image(boxes), [[0, 0, 128, 32], [64, 8, 96, 16]])


def test_values_are_normalised_as_the_card_says() -> None:
    """Scaled first, then the mean taken off, then divided; the padding as well."""
    image = np.full((2, 4, 3), (255, 0, 51), dtype=np.uint8)
    wanted = ImageInput(
        resize="letterbox", padding=255, mean=(0.5, 0.25, 0.2), std=(0.5, 0.25, 0.1)
    )

    canvas = canvas_of(image, wanted, width=4, height=4)

    np.testing.assert_allclose(canvas.values[:, 0, 0], [1.0, -1.0, 0.0], atol=1e-6)
    np.testing.assert_allclose(canvas.values[:, 3, 0], [1.0, 3.0, 8.0], atol=1e-6)


def test_a_small_image_is_enlarged() -> None:
    """As the networks were trained; it fills the canvas along its longer edge."""
    canvas = canvas_of(np.zeros((16, 8, 3), dtype=np.uint8), YoloxInput(), width=64, height=64)

    assert (canvas.across, canvas.down) == (4.0, 4.0)
    assert (canvas.values[:, :, :32] == 0).all()
    assert (canvas.values[:, :, 32:] == 114).all()


@pytest.mark.parametrize("resize", ["letterbox", "stretch"])
@pytest.mark.parametrize("shape", [(1, 1), (1, 5000), (5000, 1)])
def test_any_shape_fits(shape: tuple[int, int], resize: str) -> None:
    """Even where one edge would come to less than a pixel."""
    wanted = ImageInput.model_validate({"resize": resize})
    image = np.zeros((*shape, 3), dtype=np.uint8)

    values = canvas_of(image, wanted, width=64, height=32).values

    assert values.shape == (3, 32, 64)
    assert (values == 0).any()
