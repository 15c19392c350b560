"""What a photo's EXIF says of when, where and with what it was taken. All of it is hearsay."""

import math
import re
import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from PIL import ExifTags, Image

_MAX_CAMERA_CHARACTERS = 128
_OFFSET = re.compile(r"(?P<sign>[+-])(?P<hours>0\d|1[0-4]):(?P<minutes>[0-5]\d)", re.ASCII)
PARSER_ERRORS = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    EOFError,
    OverflowError,
    ZeroDivisionError,
    struct.error,
)
"""What Pillow's lazy readers of hostile metadata are known to raise."""


@dataclass(frozen=True, slots=True)
class ExifFacts:
    orientation: int = 1
    """1-8; 1 when it says nothing or nonsense."""
    taken_at: datetime | None = None
    """In UTC when the photo names its offset, else naive, as written."""
    camera: str | None = None
    latitude: float | None = None
    """Decimal degrees, north positive."""
    longitude: float | None = None
    """Decimal degrees, east positive."""


def read_exif(image: Image.Image) -> ExifFacts:
    """What can be understood; a field that cannot is None. Never raises for what a file holds.

    Decodes no pixel: `PngImageFile.getexif` would, in the hope of EXIF behind them.
    """
    try:
        exif = Image.Image.getexif(image)
        base = dict(exif)
    except PARSER_ERRORS:
        return ExifFacts()
    # Where one of the further directories is, is hearsay too: it must not cost the orientation.
    photo, gps = _directory(exif, ExifTags.IFD.Exif), _directory(exif, ExifTags.IFD.GPSInfo)
    latitude = _degrees(gps, ExifTags.GPS.GPSLatitude, ExifTags.GPS.GPSLatitudeRef, "S", 90)
    longitude = _degrees(gps, ExifTags.GPS.GPSLongitude, ExifTags.GPS.GPSLongitudeRef, "W", 180)
    known = latitude is not None and longitude is not None
    return ExifFacts(
        orientation=_orientation(base.get(ExifTags.Base.Orientation)),
        taken_at=_moment(
            photo.get(ExifTags.Base.DateTimeOriginal),
            photo.get(ExifTags.Base.OffsetTimeOriginal),
        ),
        camera=_camera(base.get(ExifTags.Base.Make), base.get(ExifTags.Base.Model)),
        latitude=latitude if known else None,
        longitude=longitude if known else None,
    )


def _directory(exif: Image.Exif, which: ExifTags.IFD) -> dict[int, Any]:
    try:
        return dict(exif.get_ifd(which))
    except PARSER_ERRORS:
        return {}


def _orientation(value: object) -> int:
    return value if isinstance(value, int) and value in range(1, 9) else 1


def _moment(written: object, offset: object) -> datetime | None:
    text = _text(written)
    try:
        moment = datetime.strptime(text[:19], "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007 - naive as written
    except ValueError:
        return None
    zone = _zone(_text(offset))
    if zone is None:
        return moment
    try:
        return moment.replace(tzinfo=zone).astimezone(UTC)
    except OverflowError:  # the first or last day that a datetime can hold
        return None


def _zone(text: str) -> timezone | None:
    """`+02:00` as a zone; None when the text says nothing or nonsense."""
    if text in ("Z", "z"):
        return UTC
    found = _OFFSET.fullmatch(text)
    if found is None:
        return None
    offset = timedelta(hours=int(found["hours"]), minutes=int(found["minutes"]))
    return timezone(-offset if found["sign"] == "-" else offset)


def _camera(make: object, model: object) -> str | None:
    """Make and model, the make said once: `Canon` and `Canon EOS 40D` are `Canon EOS 40D`."""
    maker, name = _text(make), _text(model)
    if maker and not name.lower().startswith(maker.lower()):
        name = f"{maker} {name}".strip()
    return name[:_MAX_CAMERA_CHARACTERS].strip() or None


def _degrees(
    gps: dict[int, Any], tag: int, ref_tag: int, negative: str, limit: int
) -> float | None:
    parts, ref = gps.get(tag), _text(gps.get(ref_tag))
    if not isinstance(parts, tuple):
        return None
    try:
        degrees, minutes, seconds = (float(part) for part in parts)
    except PARSER_ERRORS:
        return None
    value = degrees + minutes / 60 + seconds / 3600
    if not math.isfinite(value) or min(degrees, minutes, seconds) < 0 or value > limit:
        return None
    return round(-value if ref.upper() == negative else value, 7)


def _text(value: object) -> str:
    """One line of printable text, whatever the field holds."""
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    if not isinstance(value, str):
        return ""
    first = value.split("\x00", 1)[0][: 4 * _MAX_CAMERA_CHARACTERS]
    printable = "".join(c if c.isprintable() else " " for c in first)
    return " ".join(printable.split())
