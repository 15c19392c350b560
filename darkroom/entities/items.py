"""What was read from one photo, item by item."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, order=True)
class Source:
    """The photo that an item was read from."""

    batch: str
    photo_id: str
    uri: str = field(default="", compare=False)
    content: str = field(default="", compare=False)
    """Says which photos are the same one, come in again: their word counts once."""

    def __str__(self) -> str:
        return f"{self.batch}/{self.photo_id}"


@dataclass(frozen=True, slots=True)
class Item:
    """Something read from a photo, cleaned. Fields that say nothing are left out."""

    source: Source
    position: int
    """Among the items of its photo, from 0."""
    fields: Mapping[str, str]
    confidence: float | None = None
    """0 to 1; None when the model did not say."""
