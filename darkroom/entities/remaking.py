"""What becomes of all entities when the items of one batch are other ones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from darkroom.entities.items import Item, Source
from darkroom.entities.merging import Entity, entities_of
from darkroom.entities.rules import EntityRules

Place = tuple[Source, int]
"""A photo, and the position of an item on it."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The items of a schema, of all batches, and the entity that each belongs to by now."""

    rules: EntityRules | None
    """By which the entities were made; None before the first."""
    items: Sequence[tuple[Item, str]]


@dataclass(frozen=True, slots=True)
class BatchEntities:
    """What a batch's photos are on."""

    items: int
    entities: int
    shared: int
    """Entities that photos of other batches are on too."""

    @property
    def new(self) -> int:
        """Those that no other batch shows."""
        return self.entities - self.shared

    @classmethod
    def of(cls, batch: str, items: Sequence[tuple[Item, str]]) -> Self:
        own = [entity for item, entity in items if item.source.batch == batch]
        others = {entity for item, entity in items if item.source.batch != batch}
        return cls(len(own), len(set(own)), len(set(own) & others))


@dataclass(frozen=True, slots=True)
class Remade:
    """What is to be written."""

    entities: Sequence[Entity]
    """Those that may be others than before."""
    stale: Sequence[str]
    """Ids of entities that are no more."""
    moved: Mapping[Place, str]
    """Items of other batches that belong to another entity now."""
    batch: BatchEntities


def remade(
    standing: Standing, batch: str, items: Sequence[Item], rules: EntityRules
) -> Remade | None:
    """With these as the batch's items, entities as all items together make them.

    None when everything stays as it is. Only what the batch's items were or are joined with, step
    by step, is looked at again; all of it when the rules are others.
    """
    before = [item for item, _ in standing.items if item.source.batch == batch]
    if standing.rules == rules and _told(before) == _told(items):
        return None
    others = [(item, entity) for item, entity in standing.items if item.source.batch != batch]
    now = [*(item for item, _ in others), *items]
    changed = [*before, *items] if standing.rules == rules else None
    entities = entities_of(now, rules, changed=changed)
    belongs = {_place(item): entity.id for entity in entities for item in entity.items}
    ids = {entity.id for entity in entities}
    left = {entity for item, entity in standing.items if _place(item) in belongs}
    left |= {entity for item, entity in standing.items if item.source.batch == batch}
    after = [(item, belongs.get(_place(item), entity)) for item, entity in others]
    return Remade(
        entities=entities,
        stale=sorted(left - ids),
        moved={
            _place(item): belongs[_place(item)]
            for item, entity in others
            if belongs.get(_place(item), entity) != entity
        },
        batch=BatchEntities.of(batch, [*after, *((item, belongs[_place(item)]) for item in items)]),
    )


def _told(items: Sequence[Item]) -> list[tuple[object, ...]]:
    return sorted(
        (
            each.source.photo_id,
            each.position,
            each.source.content,
            -1.0 if each.confidence is None else each.confidence,
            sorted(each.fields.items()),
        )
        for each in items
    )


def _place(item: Item) -> Place:
    return (item.source, item.position)
