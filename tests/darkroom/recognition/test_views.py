import numpy as np
import pytest

from darkroom.ports import GrayImage
from darkroom.recognition.views import View, scaled, tilted, turned


def photo() -> GrayImage:
    """120 x 80 pixels, black but for a white box of 30 x 8 at 20, 12."""
    image = np.zeros((80, 120), dtype=np.uint8)
    image[12:20, 20:50] = 255
    return image


def white(view: View) -> list[float]:
    """The box around everything white in a view."""
    rows, columns = np.nonzero(view.image > 127)
    left, top = columns.min(), rows.min()
    return [left, top, columns.max() + 1 - left, rows.max() + 1 - top]


@pytest.mark.parametrize("quarters", [0, 1, 2, 3, 4])
@pytest.mark.parametrize("factor", [0.5, 1.0, 1.5, 2.0])
def test_a_box_in_a_turned_and_scaled_view_is_the_same_box_in_the_photo(
    quarters: int, factor: float
) -> None:
    """Exactly: whichever way up, larger or smaller."""
    view = scaled(turned(View.whole(photo()), quarters), factor)

    assert view.box_in_photo(white(view)) == [20, 12, 30, 8]


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_turns_are_counter_clockwise(quarters: int) -> None:
    """As numpy counts them."""
    np.testing.assert_array_equal(
        turned(View.whole(photo()), quarters).image, np.rot90(photo(), quarters)
    )


def test_a_view_has_at_least_a_pixel_each_way() -> None:
    """A sliver stays a sliver."""
    assert scaled(View.whole(np.zeros((1, 900), dtype=np.uint8)), 0.1).image.shape == (1, 90)


@pytest.mark.parametrize("degrees", [-30, 3, 30, 45, 90, 200])
@pytest.mark.parametrize("factor", [0.5, 1.0, 2.0])
def test_a_point_of_a_tilted_view_is_known_in_the_photo(degrees: float, factor: float) -> None:
    """To a pixel, whichever way it was tilted and scaled."""
    view = tilted(scaled(View.whole(255 - photo()), factor), degrees)
    rows, columns = np.nonzero(view.image < 128)

    middle = view.point_in_photo([columns.mean() + 0.5, rows.mean() + 0.5])

    assert middle == pytest.approx([35, 16], abs=1)
    assert min(view.image[0, 0], view.image[-1, -1]) == 255
