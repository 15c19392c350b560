"""Overlapping tiles of a photo, in which small and distant objects are larger than in the whole.

Method: Akyon et al., "Slicing Aided Hyper Inference" (arXiv:2202.06934). Tiles only add here: what
the whole view shows stays, and what a tile cuts off is no object of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from darkroom.recognition.boxes import Candidates, overlaps, shares_of_smaller
from darkroom.rows import Detection

OVERLAP = 0.2
"""Of a tile's edge, shared with the next tile: what one cuts in two is whole in the other."""
_ENLARGED_AT_MOST = 2.0
_EDGE_SHARE = 0.01
"""Of a tile's edge: a box that comes as near to it is taken to be cut off."""
_MOSTLY_INSIDE = 0.7
"""Share of the smaller of two boxes from which it is a part of the larger one."""


@dataclass(frozen=True, slots=True)
class Tile:
    """A part of an image, in its pixels."""

    left: int
    top: int
    width: int
    height: int


def span(per_side: int) -> float:
    """How many edges of a tile the whole is long."""
    return per_side - (per_side - 1) * OVERLAP


def worth_while(long_edge_px: int, per_side: int, *, input_px: int) -> int:
    """Tiles per side, fewer where they would be enlarged too much to show anything new."""
    while per_side > 1 and long_edge_px / span(per_side) * _ENLARGED_AT_MOST < input_px:
        per_side -= 1
    return per_side


def tiles_of(width: int, height: int, per_side: int) -> list[Tile]:
    """Row by row; all of one size, the outer ones at the image's edges. None for one per side."""
    if per_side == 1:
        return []
    wide, tall = (max(round(edge / span(per_side)), 1) for edge in (width, height))
    steps = [step / (per_side - 1) for step in range(per_side)]
    corners = [
        (round(x * (width - wide)), round(y * (height - tall))) for y in steps for x in steps
    ]
    return [Tile(left, top, wide, tall) for left, top in corners]


def is_cut_off(box: Sequence[float], tile: Tile, *, width: int, height: int) -> bool:
    """Whether a box in pixels of the tile lies at an edge of it that is none of the image's."""
    left, top, box_width, box_height = box
    near_x, near_y = _EDGE_SHARE * tile.width, _EDGE_SHARE * tile.height
    return (
        (tile.left > 0 and left < near_x)
        or (tile.top > 0 and top < near_y)
        or (tile.left + tile.width < width and left + box_width > tile.width - near_x)
        or (tile.top + tile.height < height and top + box_height > tile.height - near_y)
    )


def merged(views: Sequence[Sequence[Detection]], *, max_overlap: float) -> list[Detection]:
    """Objects of the whole view, which comes first, and of the tiles, each once, best score first.

    Of two with the same label in different views that overlap, or of which one lies mostly inside
    the other, that of the whole view stays, else the surer one.
    """
    all_of_them = [(number, found) for number, view in enumerate(views) for found in view]
    if not all_of_them:
        return []
    view = np.array([number for number, _ in all_of_them])
    found = _candidates([found for _, found in all_of_them])
    waiting = np.lexsort((-found.scores, view > 0))
    kept: list[int] = []
    while waiting.size:
        best, waiting = waiting[0], waiting[1:]
        kept.append(int(best))
        box, others = found.boxes[best], found.boxes[waiting]
        same = (overlaps(box, others) > max_overlap) | (
            shares_of_smaller(box, others) > _MOSTLY_INSIDE
        )
        rivals = (found.classes[waiting] == found.classes[best]) & (view[waiting] != view[best])
        waiting = waiting[~(rivals & same)]
    return sorted((all_of_them[one][1] for one in kept), key=lambda each: -each.score)


def _candidates(found: Sequence[Detection]) -> Candidates:
    labels = {
        label: number for number, label in enumerate(dict.fromkeys(one.label for one in found))
    }
    boxes = np.array([one.box for one in found], dtype=np.float32)
    boxes[:, 2:] += boxes[:, :2]
    return Candidates(
        boxes,
        np.array([one.score for one in found], dtype=np.float32),
        np.array([labels[one.label] for one in found]),
    )
