"""What a photo's header says, before any pixel is decoded."""

from dataclasses import dataclass
from datetime import datetime

from PIL import Image

from darkroom.imaging.exif import PARSER_ERRORS, read_exif
from darkroom.imaging.integrity import Unreadable, count_gif_frames, find_png_chunk

_ANIMATED_FORMATS = frozenset(("GIF", "PNG", "WEBP", "AVIF"))
_ORIENTATIONS_ON_THE_SIDE = frozenset((5, 6, 7, 8))
_MAX_PAGES = 1000
_MAX_EXIF_BYTES = 4 * 2**20
"""More is no EXIF: its parser would copy it several times."""


@dataclass(frozen=True, slots=True)
class Header:
    format: str
    """As Pillow names it."""
    width: int
    """Upright, like height: after the orientation is applied."""
    height: int
    orientation: int
    """EXIF orientation as the file gives it, 1-8."""
    frames: int
    """Of an animation, pages of a TIFF, pictures of an MPO or HEIF."""
    taken_at: datetime | None
    camera: str | None
    latitude: float | None
    longitude: float | None

    @property
    def animated(self) -> bool:
        """Pages of a TIFF and the second picture of a camera's MPO do not move."""
        return self.frames > 1 and self.format in _ANIMATED_FORMATS


def read_header(image: Image.Image, data: bytes) -> Header:
    """The header of an image just opened, not yet loaded; `data` is its whole file."""
    if image.format == "PNG" and "exif" not in image.info:
        image.info["exif"] = find_png_chunk(data, b"eXIf")
    if len(image.info.get("exif") or b"") > _MAX_EXIF_BYTES:
        del image.info["exif"]
    facts = read_exif(image)
    orientation = facts.orientation
    width, height = image.size
    photo_format = image.format or ""
    if photo_format == "HEIF":
        # libheif turns the picture itself; what EXIF said is kept aside.
        orientation = image.info.get("original_orientation") or 1
    elif photo_format != "TIFF" and orientation in _ORIENTATIONS_ON_THE_SIDE:
        width, height = height, width  # Pillow gives a TIFF's size upright
    return Header(
        format=photo_format,
        width=width,
        height=height,
        orientation=orientation,
        frames=_frames(image, data),
        taken_at=facts.taken_at,
        camera=facts.camera,
        latitude=facts.latitude,
        longitude=facts.longitude,
    )


def _frames(image: Image.Image, data: bytes) -> int:
    """Bounded in time: Pillow's own count of a GIF or TIFF walks over every frame."""
    if image.format == "GIF":
        try:
            return count_gif_frames(data)
        except Unreadable:  # decoding says so in its turn
            return 1
    if image.format == "TIFF":
        return _pages(image)
    return int(getattr(image, "n_frames", 1))


def _pages(image: Image.Image) -> int:
    pages = 1
    try:
        while pages < _MAX_PAGES:
            image.seek(pages)
            pages += 1
    except PARSER_ERRORS:
        pass  # the first page that is not there, or cannot be understood
    image.seek(0)
    return pages
