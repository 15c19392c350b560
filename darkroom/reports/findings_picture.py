"""Photos with what was found on them drawn in."""

from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image

from darkroom.reports.drawing import (
    BACKGROUND,
    TITLE_PX,
    draw_no_picture,
    thumbnail_of,
    titled_panel,
)
from darkroom.reports.marks import Marks, draw_marks

_GAP_PX = 16
_COLUMNS = 2


@dataclass(frozen=True, slots=True)
class Marked:
    """One photo in the picture."""

    title: str
    marks: Marks
    image: bytes | None
    """An encoded rendition; None where there is none."""


def findings_picture(photos: Sequence[Marked], *, edge_px: int) -> Image.Image:
    """At least one photo, in two columns where there are more, each with its name and counts."""
    panels = [_panel(photo, edge_px) for photo in photos]
    rows = [panels[start : start + _COLUMNS] for start in range(0, len(panels), _COLUMNS)]
    width = max(sum(panel.width + _GAP_PX for panel in row) for row in rows) + _GAP_PX
    heights = [max(panel.height for panel in row) + _GAP_PX for row in rows]
    sheet = Image.new("RGB", (width, sum(heights) + _GAP_PX), BACKGROUND)
    top = _GAP_PX
    for row, height in zip(rows, heights, strict=True):
        left = _GAP_PX
        for panel in row:
            sheet.paste(panel, (left, top))
            left += panel.width + _GAP_PX
        top += height
    return sheet


def stacked(pictures: Sequence[Image.Image]) -> Image.Image:
    """One above the other, as wide as the widest."""
    sheet = Image.new(
        "RGB",
        (max(each.width for each in pictures), sum(each.height for each in pictures)),
        BACKGROUND,
    )
    top = 0
    for each in pictures:
        sheet.paste(each, (0, top))
        top += each.height
    return sheet


def _panel(photo: Marked, edge_px: int) -> Image.Image:
    image = _enlarged(thumbnail_of(photo.image, edge_px), edge_px)
    height = edge_px if image is None else image.height
    panel, draw = titled_panel(photo.title, str(photo.marks), width=edge_px, height=height)
    if image is None:
        draw_no_picture(draw, width=edge_px, height=edge_px)
    else:
        draw_marks(image, photo.marks)
        panel.paste(image, ((edge_px - image.width) // 2, TITLE_PX))
    return panel


def _enlarged(image: Image.Image | None, edge_px: int) -> Image.Image | None:
    """Tags on a small photo would hide it."""
    if image is None or max(image.size) == edge_px:
        return image
    factor = edge_px / max(image.size)
    width, height = (max(1, round(edge * factor)) for edge in image.size)
    return image.resize((width, height), Image.Resampling.BICUBIC)
