"""A model's answer becomes items: what can be used, in one form, and what cannot, with why."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from darkroom.entities import times, weekdays
from darkroom.entities.plain_text import tidy
from darkroom.entities.rules import EntityRules, Kind

Json = Any
"""What `json.loads` returns."""

_MAX_CHARS = 2_000
_MAX_SAID = 300


class Drop(StrEnum):
    """Why an item, or one field of it, was dropped. A new member is a decision."""

    NOT_AN_ITEM = "not_an_item"
    """It is no JSON object."""
    EMPTY = "empty"
    """It says nothing in any field."""
    INCOMPLETE = "incomplete"
    """A required field says nothing."""
    IMPOSSIBLE_TIME = "impossible_time"
    """No clock shows it, or it is more than one time."""
    IMPOSSIBLE_WEEKDAY = "impossible_weekday"
    """No day of the week, or more than one."""


@dataclass(frozen=True, slots=True)
class Dropped:
    """An item, or one field of an item that stays."""

    position: int
    field: str | None
    """None when the whole item was dropped and no field was at fault."""
    reason: Drop
    said: str
    """What was written there."""
    whole: bool
    """Whether the item went, or its field alone."""


@dataclass(frozen=True, slots=True)
class Cleaned:
    """An item that can be used."""

    position: int
    fields: Mapping[str, str]
    confidence: float | None


@dataclass(frozen=True, slots=True)
class Answer:
    """All that one answer says."""

    items: Sequence[Cleaned]
    dropped: Sequence[Dropped]


def clean(answer: Json, rules: EntityRules) -> Answer:
    """The items of an answer.

    A field with an impossible value says nothing, and its item stays without it unless the field is
    required.
    """
    kept: list[Cleaned] = []
    dropped: list[Dropped] = []
    for position, item in enumerate(_listed(answer, rules)):
        if not isinstance(item, Mapping):
            dropped.append(Dropped(position, None, Drop.NOT_AN_ITEM, _json(item), whole=True))
            continue
        fields, faults = _read(item, rules)
        lacking = next((name for name in rules.required if name not in fields), None)
        if lacking in faults:
            dropped.append(Dropped(position, lacking, *faults[lacking], whole=True))
        elif lacking or not fields:
            reason = Drop.INCOMPLETE if fields else Drop.EMPTY
            said = {name: value for name, value in item.items() if value is not None}
            dropped.append(Dropped(position, lacking, reason, _json(said), whole=True))
        else:
            kept.append(Cleaned(position, fields, _confidence(item, rules)))
            dropped += (Dropped(position, name, *why, whole=False) for name, why in faults.items())
    return Answer(kept, dropped)


Faults = dict[str, tuple[Drop, str]]


def _read(item: Mapping[str, Json], rules: EntityRules) -> tuple[dict[str, str], Faults]:
    """What the fields say, and the fields whose values are impossible."""
    fields: dict[str, str] = {}
    ends: dict[str, str] = {}
    faults: Faults = {}
    for name, kind in rules.fields.items():
        text = _text(item.get(name))
        if text is None:
            continue
        if kind is Kind.TEXT:
            fields[name] = text
        elif kind is Kind.WEEKDAY:
            days = weekdays.parse(text)
            if len(days) == 1:
                fields[name] = days[0]
            else:
                faults[name] = (Drop.IMPOSSIBLE_WEEKDAY, text[:_MAX_SAID])
        elif (span := times.parse(text)) is None:
            faults[name] = (Drop.IMPOSSIBLE_TIME, text[:_MAX_SAID])
        elif span.end is not None and name in rules.ranges.values():
            fields[name] = times.written(span.end)
        else:
            fields[name] = times.written(span.start)
            if span.end is not None and name in rules.ranges:
                ends[rules.ranges[name]] = times.written(span.end)
    return ends | fields, faults


def _listed(answer: Json, rules: EntityRules) -> Sequence[Json]:
    found = answer if rules.items is None else answer.get(rules.items)
    if found is None:
        return []
    return found if isinstance(found, list) else [found]


def _text(value: Json) -> str | None:
    if isinstance(value, list):
        return ", ".join(filter(None, map(_word, value))) or None
    return _word(value)


def _word(value: Json) -> str | None:
    if value is None:
        return None
    text = value if isinstance(value, str) else _json(value)
    return tidy(text[:_MAX_CHARS])


def _confidence(item: Mapping[str, Json], rules: EntityRules) -> float | None:
    given = item.get(rules.confidence) if rules.confidence else None
    if isinstance(given, int | float) and not isinstance(given, bool) and 0 <= given <= 1:
        return float(given)
    return None


def _json(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)[:_MAX_SAID]
