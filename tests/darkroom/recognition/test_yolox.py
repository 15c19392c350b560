import numpy as np
import pytest

from darkroom.recognition.yolox import anchors, candidates


@pytest.mark.parametrize(
    ("width", "height", "expected"), [(416, 416, 3549), (640, 640, 8400), (64, 32, 42)]
)
def test_a_network_has_one_anchor_per_cell_of_three_grids(
    width: int, height: int, expected: int
) -> None:
    """Strides of 8, 16 and 32 pixels, any multiple of 32."""
    assert anchors(width, height) == expected


def test_an_anchor_is_decoded_by_its_cell_and_stride() -> None:
    """Offsets are in cells of its grid, sizes are logarithms; the canvas is 64 wide and 32 high.

    Anchor 32 + 5 is column 1 of row 1 of the grid with stride 16, which is 4 x 2 cells.
    """
    output = np.zeros((42, 5 + 3), dtype=np.float32)
    output[32 + 5] = [0.5, 0.25, np.log(2), np.log(1), 0.8, 0.1, 0.5, 0.4]

    found = candidates(output, width=64, height=32, min_score=0.3)

    np.testing.assert_allclose(found.boxes, [[24 - 16, 20 - 8, 24 + 16, 20 + 8]])
    np.testing.assert_allclose(found.scores, [0.4])
    assert found.classes.tolist() == [1]


def test_the_least_score_counts_in() -> None:
    """The score is objectness times the best class score."""
    output = np.zeros((42, 6), dtype=np.float32)
    output[:, 5] = 0.5
    output[[3, 7], 4] = [0.5, 0.49]

    found = candidates(output, width=64, height=32, min_score=0.25)

    assert found.scores.tolist() == [0.25]


def test_wild_sizes_stay_numbers() -> None:
    """A network that is wrong about one anchor does not stop the others."""
    output = np.zeros((42, 6), dtype=np.float32)
    output[0] = [0, 0, 1000, 0, 1, 1]

    found = candidates(output, width=64, height=32, min_score=0.5)

    assert np.isfinite(found.boxes).all()
