"""A photo beside the earlier ones that it looks like."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from PIL import Image

from darkroom.imaging.transforms import IDENTITY, Transform
from darkroom.reports.drawing import (
    BACKGROUND,
    CARD,
    TITLE_PX,
    draw_no_picture,
    thumbnail_of,
    titled_panel,
)

_EDGE_PX = 420
_GAP_PX = 16


@dataclass(frozen=True, slots=True)
class Shown:
    """One photo in the picture."""

    title: str
    """Which photo."""
    note: str
    """What is said of it, such as its distance."""
    image: bytes | None
    """An encoded rendition; None where there is none."""
    transform: Transform = IDENTITY
    """What makes the photo in question of this one."""


def side_by_side(photo: Shown, matches: Sequence[Shown]) -> Image.Image:
    """One row per match: the photo, the match, and the match turned to fit where it was turned."""
    rows = [_row(photo, match) for match in matches] or [[_panel(photo)]]
    columns = max(map(len, rows))
    width, height = _EDGE_PX + _GAP_PX, _EDGE_PX + TITLE_PX + _GAP_PX
    sheet = Image.new("RGB", (columns * width + _GAP_PX, len(rows) * height + _GAP_PX), BACKGROUND)
    for down, panels in enumerate(rows):
        for across, panel in enumerate(panels):
            sheet.paste(panel, (_GAP_PX + across * width, _GAP_PX + down * height))
    return sheet


def _row(photo: Shown, match: Shown) -> list[Image.Image]:
    panels = [_panel(photo), _panel(match)]
    if match.transform != IDENTITY:
        turned = replace(match, title="turned to fit", note=str(match.transform))
        panels.append(_panel(turned, turn=True))
    return panels


def _panel(shown: Shown, *, turn: bool = False) -> Image.Image:
    panel, draw = titled_panel(shown.title, shown.note, width=_EDGE_PX, height=_EDGE_PX)
    image = thumbnail_of(shown.image, _EDGE_PX)
    if image is None:
        draw_no_picture(draw, width=_EDGE_PX, height=_EDGE_PX)
        return panel
    draw.rectangle((0, TITLE_PX, _EDGE_PX, _EDGE_PX + TITLE_PX), CARD)
    if turn:
        image = shown.transform.apply(image)
        image.thumbnail((_EDGE_PX, _EDGE_PX))
    left, top = (_EDGE_PX - image.width) // 2, (_EDGE_PX - image.height) // 2
    panel.paste(image, (left, TITLE_PX + top))
    return panel
