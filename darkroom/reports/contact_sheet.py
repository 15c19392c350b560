"""A contact sheet: a batch at a glance, rejected and failed photos marked."""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

from PIL import Image, ImageDraw

from darkroom.outcomes import Outcome
from darkroom.reports.drawing import (
    BACKGROUND,
    CARD,
    FAINT,
    INK,
    font_of,
    shortened,
    thumbnail_of,
)
from darkroom.reports.marks import Marks, draw_outlines
from darkroom.results import PhotoResult

_FRAMES = {
    Outcome.REJECTED.value: "#d98e04",
    Outcome.FAILED.value: "#c8322b",
    Outcome.FAILURE_ACCEPTED.value: FAINT,
}
_FRAME_PX = 4
_GAP_PX = 12
_QUALITIES = (85, 75, 65, 55, 45, 35, 25, 15)


@dataclass(frozen=True, slots=True)
class Tile:
    """One photo on the sheet."""

    filename: str
    outcome: str
    note: str = ""
    """Why it is rejected or failed: a few words."""
    image: bytes | None = None
    """An encoded rendition of any size; None where there is none."""
    marks: Marks | None = None
    """What was found on it."""


def worth_showing(results: Sequence[PhotoResult], max_tiles: int = 36) -> list[PhotoResult]:
    """At most `max_tiles` of them in their order: failed ones before rejected, before the rest."""
    ranks = {
        outcome.value: rank
        for rank, outcome in enumerate((Outcome.FAILED, Outcome.FAILURE_ACCEPTED, Outcome.REJECTED))
    }
    last = len(ranks)
    order = sorted(range(len(results)), key=lambda index: ranks.get(results[index].outcome, last))
    return [results[index] for index in sorted(order[:max_tiles])]


def tile_of(result: PhotoResult, image: bytes | None) -> Tile:
    """The tile of a result, with its rendition's bytes."""
    note = result.failures[0].error_type if result.failures else ", ".join(result.reasons)
    return Tile(result.filename, result.outcome, note, image, Marks.of(result))


def contact_sheet(
    tiles: Iterable[Tile],
    *,
    columns: int = 6,
    tile_px: int = 150,
    max_tiles: int = 36,
    not_shown: int = 0,
    max_bytes: int = 100_000,
    comment: bytes = b"",
) -> bytes:
    """A JPEG of thumbnails with their file names, what was found on them outlined.

    Rejected photos stand in an amber frame with their reason, failed ones in a red frame with their
    error, in a gray one when that was accepted. Tiles are taken one by one, so that a generator
    keeps one rendition in memory; those past `max_tiles` are not taken. `not_shown` is how many
    more photos the last line speaks of. The quality is lowered until the JPEG has at most
    `max_bytes`. It carries `comment`.
    """
    drawn = [_draw_tile(tile, tile_px) for tile in islice(tiles, max_tiles)]
    return encoded(_lay_out(drawn, columns, tile_px, not_shown), max_bytes, comment)


def _lay_out(
    drawn: Sequence[Image.Image], columns: int, tile_px: int, not_shown: int
) -> Image.Image:
    columns = max(1, min(columns, len(drawn)))
    rows = -(-len(drawn) // columns)
    height_px = _tile_height(tile_px)
    footer_px = 2 * _GAP_PX if not_shown else 0
    sheet = Image.new(
        "RGB",
        (
            columns * (tile_px + _GAP_PX) + _GAP_PX,
            rows * (height_px + _GAP_PX) + _GAP_PX + footer_px,
        ),
        BACKGROUND,
    )
    for index, image in enumerate(drawn):
        row, column = divmod(index, columns)
        sheet.paste(
            image, (_GAP_PX + column * (tile_px + _GAP_PX), _GAP_PX + row * (height_px + _GAP_PX))
        )
    if not_shown:
        ImageDraw.Draw(sheet).text(
            (_GAP_PX, sheet.height - footer_px - 2), f"and {not_shown:,} more", FAINT, font_of(13)
        )
    return sheet


def _draw_tile(tile: Tile, tile_px: int) -> Image.Image:
    frame = _FRAMES.get(tile.outcome)
    card = Image.new("RGB", (tile_px, _tile_height(tile_px)), BACKGROUND)
    draw = ImageDraw.Draw(card)
    draw.rectangle((0, 0, tile_px - 1, tile_px - 1), CARD)
    thumbnail = thumbnail_of(tile.image, tile_px - 2 * _FRAME_PX)
    if thumbnail is None:
        draw.text((tile_px / 2, tile_px / 2), "no picture", FAINT, font_of(13), anchor="mm")
    else:
        if tile.marks is not None:
            draw_outlines(thumbnail, tile.marks)
        card.paste(thumbnail, ((tile_px - thumbnail.width) // 2, (tile_px - thumbnail.height) // 2))
    if frame:
        draw.rectangle((0, 0, tile_px - 1, tile_px - 1), outline=frame, width=_FRAME_PX)
    name_font, note_font = font_of(12), font_of(11)
    draw.text((2, tile_px + 5), shortened(tile.filename, name_font, tile_px - 4), INK, name_font)
    if tile.outcome != Outcome.DONE:
        note = f"{tile.outcome}: {tile.note}" if tile.note else tile.outcome
        fitted = shortened(note, note_font, tile_px - 4, ending=0)
        draw.text((2, tile_px + 20), fitted, frame or FAINT, note_font)
    return card


def _tile_height(tile_px: int) -> int:
    return tile_px + 36


def encoded(sheet: Image.Image, max_bytes: int, comment: bytes = b"") -> bytes:
    """A JPEG of at most so many bytes, where the lowest quality allows it."""
    for quality in _QUALITIES:
        buffer = io.BytesIO()
        sheet.save(buffer, "JPEG", quality=quality, optimize=True, comment=comment)
        if buffer.tell() <= max_bytes:
            break
    return buffer.getvalue()
