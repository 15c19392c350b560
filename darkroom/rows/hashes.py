"""What a photo is compared by."""

from pydantic import Field
from pydantic.dataclasses import dataclass

from darkroom.rows.row import STRICT, Row


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class TurnedHash:
    """What pHash and dHash would be of the photo so mirrored and turned."""

    transform: str
    phash: str
    dhash: str


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class Rings:
    """Gray levels along circles around the middle, see `darkroom.imaging.ring_hashes`."""

    hash: str
    """16 hex digits that turning and mirroring leave as they are."""
    pattern: str
    """Hex digits."""


class HashRow(Row):
    sha256: str | None = None
    phash: str | None = None
    """16 hex digits."""
    dhash: str | None = None
    detail: float | None = None
    """How much there is to see, in gray levels; next to nothing below 2."""
    turned: list[TurnedHash] = Field(default_factory=list)
    rings: list[Rings] = Field(default_factory=list)
