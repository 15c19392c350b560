import numpy as np
from numpy.typing import NDArray

from darkroom.recognition.boxes import Candidates, overlaps, suppressed


def boxes(*rows: tuple[float, float, float, float]) -> NDArray[np.float32]:
    return np.array(rows, dtype=np.float32).reshape(-1, 4)


def test_overlap_is_intersection_over_union() -> None:
    """The same box 1, half of it 0.5, a neighbour 0, an empty one 0."""
    one = boxes((0, 0, 10, 10))[0]
    others = boxes((0, 0, 10, 10), (0, 0, 10, 5), (10, 0, 20, 10), (3, 3, 3, 3))

    assert overlaps(one, others).tolist() == [1.0, 0.5, 0.0, 0.0]


def test_two_empty_boxes_do_not_overlap() -> None:
    """Nothing over nothing is no overlap and no warning."""
    assert overlaps(boxes((3, 3, 3, 3))[0], boxes((3, 3, 3, 3))).tolist() == [0.0]


def test_the_best_of_overlapping_boxes_of_a_class_stays() -> None:
    """Another class, and a box elsewhere, stay too; best score first."""
    found = boxes((0, 0, 10, 10), (0, 0, 10, 9), (0, 0, 10, 9), (50, 50, 60, 60))
    scores = np.array([0.6, 0.9, 0.5, 0.7], dtype=np.float32)
    classes = np.array([0, 0, 1, 0])

    assert suppressed(Candidates(found, scores, classes), max_overlap=0.45).tolist() == [1, 3, 2]


def test_a_box_dropped_does_not_drop_others() -> None:
    """In a chain of three the middle one goes, and both ends stay."""
    chain = boxes((0, 0, 10, 10), (4, 0, 14, 10), (8, 0, 18, 10))
    scores = np.array([0.9, 0.8, 0.7], dtype=np.float32)

    found = Candidates(chain, scores, np.zeros(3, dtype=np.intp))

    assert suppressed(found, max_overlap=0.4).tolist() == [0, 2]


def test_of_no_boxes_none_stays() -> None:
    """An image without objects."""
    nothing = Candidates(boxes(), np.array([], dtype=np.float32), np.array([], dtype=np.intp))

    assert suppressed(nothing, max_overlap=0.5).tolist() == []
