"""What came, and what it is."""

from datetime import datetime

from darkroom.rows.row import Row


class PhotoRow(Row):
    uri: str
    filename: str
    extra_json: str = "{}"
    attempts: int = 0
    sha256: str | None = None
    bytes: int | None = None
    format: str | None = None
    """As Pillow names it: JPEG, PNG, WEBP … by content, whatever the name says."""
    width: int | None = None
    """Upright: after the EXIF orientation is applied."""
    height: int | None = None
    orientation: int | None = None
    """EXIF orientation 1-8."""
    frames: int | None = None
    taken_at: datetime | None = None
    """EXIF DateTimeOriginal; with its offset converted to UTC when it has one, else as written."""
    camera: str | None = None
    latitude: float | None = None
    longitude: float | None = None
