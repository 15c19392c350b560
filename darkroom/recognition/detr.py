"""What the outputs of detectors of the DETR kind say: one box per query, none to be suppressed.

Carion et al., "End-to-End Object Detection with Transformers" (arXiv:2005.12872); Zhao et al.,
"DETRs Beat YOLOs on Real-time Object Detection" (arXiv:2304.08069), whose post-processing takes a
query once for every label that scores well, which here it is not: its best label stands for it.
"""

import numpy as np
from numpy.typing import NDArray

from darkroom.recognition.boxes import Boxes, Candidates
from darkroom.recognition.model_card import BoxesCard, LogitsCard


def from_scores(
    labels: NDArray[np.intp],
    boxes: Boxes,
    scores: NDArray[np.float32],
    card: BoxesCard,
    size: tuple[int, int],
    *,
    min_score: float,
) -> Candidates:
    """Boxes in pixels of the canvas of this width and height, of queries that reach `min_score`."""
    corners: Boxes = _corners(boxes.astype(np.float32), card)
    if card.box_unit == "shares":
        corners *= np.array([*size, *size], dtype=np.float32)
    good = (scores >= min_score) & np.isfinite(corners).all(axis=1)
    return Candidates(corners[good], scores[good], labels[good])


def from_logits(
    logits: NDArray[np.float32],
    boxes: Boxes,
    card: LogitsCard,
    size: tuple[int, int],
    *,
    min_score: float,
) -> Candidates:
    """The same, of queries x labels; with `softmax` a last column for `no object`."""
    shares = _softmax(logits)[:, :-1] if card.scores == "softmax" else _sigmoid(logits)
    labels = shares.argmax(axis=1)
    scores = shares[np.arange(len(shares)), labels]
    return from_scores(labels, boxes, scores, card, size, min_score=min_score)


def _corners(boxes: Boxes, card: BoxesCard) -> Boxes:
    if card.box_format == "xyxy":
        return boxes
    centres, halves = boxes[:, :2], boxes[:, 2:] / 2
    return np.hstack([centres - halves, centres + halves])


def _sigmoid(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """By way of tanh, which overflows for no logit."""
    return ((np.tanh(logits / 2) + 1) / 2).astype(np.float32)


def _softmax(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares: NDArray[np.float32] = powers / powers.sum(axis=1, keepdims=True)
    return shares
