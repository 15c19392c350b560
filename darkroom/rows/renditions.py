"""The standard form of a photo."""

from darkroom.rows.row import Row


class RenditionRow(Row):
    sha256: str | None = None
    format: str | None = None
    width: int | None = None
    height: int | None = None
    bytes: int | None = None
