"""What of a stage has to be done again, and what stands.

A row stands while everything it was made from is the same and its outcome is final. `failed` is
never final: whoever runs the stage again wants it tried again.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

from darkroom.outcomes import Outcome
from darkroom.plain_values import plain
from darkroom.rows import Row, WholeRow

R = TypeVar("R", bound=Row)
Earlier = Mapping[tuple[str, str], R]
"""Rows that may stand, by photo and inputs: of one photo there can be several, of other times."""

_DIGEST_LENGTH = 16
_JSON = json.JSONEncoder(sort_keys=True, separators=(",", ":"))


def digest(*parts: object) -> str:
    """16 hex digits that change when any of `parts` does. Parts are JSON values or models."""
    text = _JSON.encode([plain(part) for part in parts])
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGEST_LENGTH]


def earlier(*found: Iterable[R]) -> dict[tuple[str, str], R]:
    """What earlier runs left. Where two rows say the same, the one given last is taken."""
    return {
        (row.photo_id, row.inputs): row
        for rows in found
        for row in rows
        if row.outcome is not Outcome.FAILED
    }


def stands_whole(rows: Sequence[WholeRow], batch_inputs: str) -> bool:
    """Whether a table stands as a whole, so that its rows need not be looked at one by one."""
    return bool(rows) and all(row.batch_inputs == batch_inputs for row in rows)


def standing(previous: Earlier[R], photo_id: str, inputs: str) -> R | None:
    """The earlier row of this photo if it still holds."""
    return previous.get((photo_id, inputs))
