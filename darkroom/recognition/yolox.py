"""What the raw output of a YOLOX network says.

Method: Ge et al., "YOLOX: Exceeding YOLO Series in 2021" (arXiv:2107.08430), and its repository's
`demo_postprocess`. Every anchor is a cell of one of three grids, with strides of 8, 16 and 32
pixels.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from darkroom.recognition.boxes import Candidates

STRIDES = (8, 16, 32)

NOT_CLASSES = 5
"""Columns before the class scores: centre x and y, width, height, objectness."""

MAX_LOG_SIZE = 10.0
"""No side is longer than 22,026 cells: a network's wildest guess stays a finite number."""


def anchors(width: int, height: int) -> int:
    """How many rows a network with this input size gives. Both sizes are multiples of 32."""
    return sum((width // stride) * (height // stride) for stride in STRIDES)


def candidates(
    output: NDArray[np.float32], *, width: int, height: int, min_score: float
) -> Candidates:
    """The anchors that reach `min_score`, boxes in pixels of the canvas.

    `output` is anchors x (5 + classes): centre offsets in cells and log sizes, not yet decoded;
    objectness and class scores between 0 and 1. An anchor's class is the one that scores best.
    """
    classes = output[:, NOT_CLASSES:].argmax(axis=1)
    scores = output[:, 4] * output[np.arange(len(output)), NOT_CLASSES + classes]
    good = scores >= min_score
    cells, strides = _grid(width, height)
    raw = output[good, :4]
    centres = (raw[:, :2] + cells[good]) * strides[good]
    halves = np.exp(np.minimum(raw[:, 2:], MAX_LOG_SIZE)) * strides[good] / 2
    boxes = np.hstack([centres - halves, centres + halves])
    return Candidates(boxes, scores[good], classes[good])


@lru_cache(maxsize=8)
def _grid(width: int, height: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Column and row of each anchor's cell, and its stride, in the network's order."""
    cells, strides = [], []
    for stride in STRIDES:
        rows, columns = np.mgrid[: height // stride, : width // stride]
        cells.append(np.stack([columns.ravel(), rows.ravel()], axis=1))
        strides.append(np.full((rows.size, 1), stride))
    return np.concatenate(cells).astype(np.float32), np.concatenate(strides).astype(np.float32)
