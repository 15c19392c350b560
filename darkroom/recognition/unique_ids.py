"""The sender's own number of a photo, found by a pattern in its codes or its text."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Literal

from darkroom.errors import SettingsInvalid
from darkroom.rows import Code

MAX_SEARCHED_CHARACTERS = 10_000
"""Of one code or text. Strangers write them, and a pattern may take quadratic time."""


def find_unique_id(
    pattern: str | None, codes: Sequence[Code], text: str | None
) -> tuple[str, Literal["code", "text"]] | None:
    """The first match, and where it was found: in the codes in their order, else in the text.

    Of a match its group `id` counts, else its first group, else all of it; a match that leaves
    this empty is passed over. Raises `SettingsInvalid` for a pattern that is none.
    """
    if pattern is None:
        return None
    expression = _compiled(pattern)
    for code in codes:
        if found := _first(expression, code.text):
            return found, "code"
    if text and (found := _first(expression, text)):
        return found, "text"
    return None


def check_pattern(pattern: str | None) -> None:
    """Raise `SettingsInvalid` for a pattern that is none."""
    if pattern is not None:
        _compiled(pattern)


@lru_cache
def _compiled(pattern: str) -> re.Pattern[str]:
    try:
        return re.compile(pattern)
    except re.error as error:
        raise SettingsInvalid(
            f"codes.unique_id_pattern is not a regular expression: {error}"
        ) from error


def _first(expression: re.Pattern[str], text: str) -> str | None:
    group = "id" if "id" in expression.groupindex else min(expression.groups, 1)
    for match in expression.finditer(text[:MAX_SEARCHED_CHARACTERS]):
        if found := match[group]:
            return str(found)
    return None
