"""What pictures of photos are drawn with: colours, letters, thumbnails."""

import io
import unicodedata

from PIL import Image, ImageDraw, ImageFont, UnidentifiedImageError

from darkroom.reports.markdown import visible

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont

BACKGROUND = "#f4f4f2"
CARD = "#e6e6e2"
INK = "#22252a"
FAINT = "#6b6f76"
TITLE_PX = 44
"""Height of a panel's two lines, above its picture."""


def thumbnail_of(image: bytes | None, edge_px: int) -> Image.Image | None:
    """A rendition within a square, as RGB; None for one that is missing or damaged."""
    if image is None:
        return None
    try:
        with Image.open(io.BytesIO(image)) as rendition:
            rendition.draft("RGB", (2 * edge_px, 2 * edge_px))
            small = rendition.convert("RGB")
    except (UnidentifiedImageError, OSError):
        # A damaged rendition is told by its own stage; the sheet still shows the rest.
        return None
    small.thumbnail((edge_px, edge_px), Image.Resampling.BICUBIC, reducing_gap=2.0)
    return small


def shortened(text: str, font: Font, width_px: int, *, ending: int = 9) -> str:
    """The text, shortened before its last `ending` characters: a file name keeps its suffix."""
    line = _drawable(visible(text))
    if font.getlength(line) <= width_px:
        return line
    end = line[len(line) - ending :]
    for kept in range(len(line) - ending, 0, -1):
        shorter = f"{line[:kept].rstrip()}…{end}"
        if font.getlength(shorter) <= width_px:
            return shorter
    return "…"


def _drawable(line: str) -> str:
    """Letters that Pillow's own font has: accents fall away, other scripts become squares."""
    bare = unicodedata.normalize("NFKD", line).replace("...", "…")
    return "".join(
        character if character.isascii() or character == "…" else "□"
        for character in bare
        if not unicodedata.combining(character)
    )


def font_of(size: int) -> Font:
    return ImageFont.load_default(size)


def titled_panel(
    title: str, note: str, *, width: int, height: int
) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    """A panel with room for a picture of this size below its two lines, and what draws on it."""
    panel = Image.new("RGB", (width, height + TITLE_PX), BACKGROUND)
    draw = ImageDraw.Draw(panel)
    large, small = font_of(15), font_of(13)
    draw.text((0, 0), shortened(title, large, width), INK, large)
    draw.text((0, 22), shortened(note, small, width, ending=0), FAINT, small)
    return panel, draw


def draw_no_picture(draw: ImageDraw.ImageDraw, *, width: int, height: int) -> None:
    """What stands in the place of a rendition that is missing or damaged."""
    draw.rectangle((0, TITLE_PX, width, height + TITLE_PX), CARD)
    middle = width / 2, TITLE_PX + height / 2
    draw.text(middle, "no picture", FAINT, font_of(13), anchor="mm")
