"""What pictures of photos are drawn with: colours, letters, thumbnails."""

import io
import unicodedata

from PIL import Image, ImageFont, UnidentifiedImageError

from darkroom.reports.markdown import visible

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont

BACKGROUND = "#f4f4f2"
CARD = "#e6e6e2"
INK = "#22252a"
FAINT = "#6b6f76"


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
