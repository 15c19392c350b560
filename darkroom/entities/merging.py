"""Items become entities: one each for all that was read of it, field by field.

A function of the set of items: their order, and how they are split into batches, do not matter.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from darkroom.entities.candidates import Reading
from darkroom.entities.grouping import grouped
from darkroom.entities.items import Item, Source
from darkroom.entities.plain_text import folded
from darkroom.entities.rules import EntityRules, Kind

_ID_DIGITS = 16


@dataclass(frozen=True, slots=True)
class Entity:
    """One thing, as all photos together show it."""

    id: str
    """16 hex digits, of the fullest reading of its key fields; the first by alphabet of several."""
    fields: Mapping[str, str]
    """In the order of the rules."""
    items: Sequence[Item]
    """By photo and position."""

    @property
    def photos(self) -> list[Source]:
        """The photos that it is on."""
        return sorted({item.source for item in self.items})


def entities_of(
    items: Iterable[Item], rules: EntityRules, *, changed: Iterable[Item] | None = None
) -> list[Entity]:
    """Every item in one entity; in the order of their key fields.

    With `changed`, only the entities that may be others since these items have come or gone.
    """
    holders: dict[Reading, list[Item]] = defaultdict(list)
    for item in items:
        holders[reading_of(item, rules)].append(item)
    groups = grouped(
        holders.keys(),
        list(rules.keys.values()),
        min_keys=rules.min_keys,
        changed=None if changed is None else {reading_of(item, rules) for item in changed},
    )
    return [
        _entity([item for reading in group for item in holders[reading]], group[0], rules)
        for group in groups
    ]


def reading_of(item: Item, rules: EntityRules) -> Reading:
    """What it says in the key fields, in the form in which they are compared."""
    return tuple(_compared(item, name, rules) for name in rules.keys)


def said_by(entity: Entity, name: str, rules: EntityRules) -> list[Source]:
    """The photos that say what the entity says in this field."""
    said = _plain(entity.fields[name], rules.fields[name]) if name in entity.fields else None
    return sorted(
        {item.source for item in entity.items if said and _compared(item, name, rules) == said}
    )


def _entity(items: list[Item], reading: Reading, rules: EntityRules) -> Entity:
    ordered = sorted(items, key=lambda item: (item.source, item.position))
    merged = {name: _best(name, ordered, kind) for name, kind in rules.fields.items()}
    name = json.dumps(reading, ensure_ascii=False, separators=(",", ":"))
    return Entity(
        id=hashlib.sha256(name.encode()).hexdigest()[:_ID_DIGITS],
        fields={name: value for name, value in merged.items() if value is not None},
        items=ordered,
    )


def _best(name: str, items: Sequence[Item], kind: Kind) -> str | None:
    """The value that most photos say, and of its spellings the one that most write.

    Of equals the more confident, then the longer, then the first by alphabet.
    """
    by_value: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        if name in item.fields:
            by_value[_plain(item.fields[name], kind)].append(item)
    if not by_value:
        return None
    best = min(by_value, key=lambda value: _standing(by_value[value], name, value))
    spellings: dict[str, list[Item]] = defaultdict(list)
    for item in by_value[best]:
        spellings[item.fields[name]].append(item)
    return min(spellings, key=lambda text: _standing(spellings[text], name, text))


def _standing(items: Sequence[Item], name: str, value: str) -> tuple[int, float, int, str]:
    """The least one stands best. A photo has one word, however often it came in or says it."""
    photos = {item.source.content or str(item.source) for item in items}
    confidence = max(item.confidence or 0.0 for item in items)
    return (-len(photos), -confidence, -max(len(item.fields[name]) for item in items), value)


def _compared(item: Item, name: str, rules: EntityRules) -> str | None:
    value = item.fields.get(name)
    return None if value is None else _plain(value, rules.fields[name])


def _plain(value: str, kind: Kind) -> str:
    return folded(value) if kind is Kind.TEXT else value
