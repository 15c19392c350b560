"""What photos of all batches say together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from darkroom.entities.items import Item
from darkroom.entities.merging import Entity
from darkroom.entities.remaking import BatchEntities
from darkroom.entities.rules import EntityRules


@dataclass(frozen=True, slots=True)
class PhotoEntity:
    """An entity that a photo is on."""

    schema: str
    id: str
    fields: Mapping[str, str]
    photos: int
    """How many it is on."""


@dataclass(frozen=True, slots=True)
class SchemaEntities:
    """All entities of one shape of answers."""

    schema: str
    rules: EntityRules
    entities: Sequence[Entity]


class EntityIndex(Protocol):
    """The entities of all batches. Raises `RecordsUnavailable`."""

    def replace(
        self, schema: str, batch: str, items: Sequence[Item], rules: EntityRules
    ) -> BatchEntities:
        """Make these the batch's items of a schema, in place of those it had.

        Whatever order batches come in, and however many at once: entities are what all items
        together make. Repeating it is harmless.
        """

    def entities(self) -> list[SchemaEntities]:
        """By schema; no order is promised within one."""

    def of_batch(self, batch: str) -> dict[str, BatchEntities]:
        """What a batch's photos are on by now, by schema."""

    def of_photo(self, batch: str, photo_id: str) -> list[PhotoEntity]:
        """In the order in which they stand on the photo."""
