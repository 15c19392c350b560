"""Boxes that overlap: intersection over union, and non-maximum suppression."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Boxes = NDArray[np.float32]
"""N x 4: left, top, right, bottom."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """What a network says may be an object: N boxes, scores and numbers of labels."""

    boxes: Boxes
    scores: NDArray[np.float32]
    classes: NDArray[np.intp]

    def __getitem__(self, which: NDArray[np.intp] | NDArray[np.bool_]) -> "Candidates":
        return Candidates(self.boxes[which], self.scores[which], self.classes[which])


def overlaps(box: Boxes, others: Boxes) -> NDArray[np.float32]:
    """Intersection over union of one box (shape 4) with each of the others; 0 for empty ones."""
    shared = _shared(box, others)
    return _ratios(shared, _areas(box[None]) + _areas(others) - shared)


def shares_of_smaller(box: Boxes, others: Boxes) -> NDArray[np.float32]:
    """Intersection over the smaller of one box with each of the others; 0 for empty ones."""
    return _ratios(_shared(box, others), np.minimum(_areas(box[None]), _areas(others)))


def suppressed(found: Candidates, *, max_overlap: float) -> NDArray[np.intp]:
    """Indices of the boxes to keep, best score first; equal scores keep their order.

    A box is dropped when it overlaps a better one of its own class by more than `max_overlap`.
    """
    boxes, classes = found.boxes, found.classes
    waiting = np.argsort(-found.scores, kind="stable")
    kept = []
    while waiting.size:
        best, waiting = waiting[0], waiting[1:]
        kept.append(best)
        rivals = classes[waiting] == classes[best]
        waiting = waiting[~(rivals & (overlaps(boxes[best], boxes[waiting]) > max_overlap))]
    return np.array(kept, dtype=np.intp)


def _areas(boxes: Boxes) -> NDArray[np.float32]:
    sides: NDArray[np.float32] = np.clip(boxes[:, 2:] - boxes[:, :2], 0, None)
    return sides[:, 0] * sides[:, 1]


def _shared(box: Boxes, others: Boxes) -> NDArray[np.float32]:
    left_top = np.maximum(box[:2], others[:, :2])
    right_bottom = np.minimum(box[2:], others[:, 2:])
    areas: NDArray[np.float32] = np.prod(np.clip(right_bottom - left_top, 0, None), axis=1)
    return areas


def _ratios(parts: NDArray[np.float32], wholes: NDArray[np.float32]) -> NDArray[np.float32]:
    ratios: NDArray[np.float32] = np.divide(
        parts, wholes, out=np.zeros_like(parts), where=wholes > 0
    )
    return ratios
