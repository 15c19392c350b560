"""Earlier photos that are the same, or look it."""

from pydantic import Field

from darkroom.rows.row import Part, Row


class Neighbour(Part):
    """An earlier photo that looks the same."""

    photo: str
    """batch/photo_id."""
    transform: str = "identity"
    """What makes this photo of the earlier one: mirrored first, if at all, then rotated clockwise
    by so many degrees, such as `mirrored rotated 90`."""
    phash_distance: int | None = None
    """Bits of 64; None when the photo was known by its rings alone, as tilted ones are."""
    dhash_distance: int | None = None
    ring_distance: int | None = None
    """Bits of 648; None when it was known by pHash and dHash."""


class DuplicateRow(Row):
    duplicate_of: str | None = None
    """batch/photo_id of the first arrival of the same bytes."""
    near_duplicates: list[Neighbour] = Field(default_factory=list)
