"""The sender's own number of a photo, found by patterns in its codes and its text."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from darkroom.errors import SettingsInvalid
from darkroom.recognition.check_digits import bare, is_right
from darkroom.rows import Code, NamedGroup, UniqueIdCandidate, Word
from darkroom.settings import Checksum, UniqueIdPattern

MAX_SEARCHED_CHARACTERS = 10_000
"""Of one code or text. Strangers write them, and a pattern may take quadratic time."""
MAX_CANDIDATES = 20
"""Of one photo: enough to see that they disagree."""
_GTIN_DIGITS = 14


def candidates(
    pattern: UniqueIdPattern, codes: Sequence[Code], text: str, words: Sequence[Word]
) -> list[UniqueIdCandidate]:
    """What one pattern finds: in the codes in their order, then in the text; each ID once in each.

    Of a match its group `id` counts, else its first group, else all of it; a match that leaves
    this empty is passed over, and so is one whose check digits are wrong. These end the ID, or are
    the group `check` where it stands outside of the group `id`. An ID with check digits is told
    without blanks and dashes.

    Patterns may take exponential time on what a stranger wrote: call it under a deadline.
    """
    found = [
        candidate.model_copy(update={"symbology": code.symbology, "polygon": code.polygon})
        for code in codes
        for candidate, _ in _matches(pattern, code.text, "code")
    ]
    found += [
        candidate.model_copy(update={"boxes": _boxes(text, words, match)})
        for candidate, match in _matches(pattern, text, "text")
    ]
    return found[:MAX_CANDIDATES]


def agreed(found: Sequence[UniqueIdCandidate], checksum: Checksum | None) -> str | None:
    """The ID that all candidates name, as the first does; None when there is none, or several."""
    ids = {_compared(candidate.id, checksum) for candidate in found}
    return found[0].id if len(ids) == 1 else None


def check_patterns(patterns: Sequence[UniqueIdPattern]) -> None:
    """Raise `SettingsInvalid` for a pattern that is none."""
    for number, each in enumerate(patterns, start=1):
        try:
            _compiled(each.pattern)
        except re.error as error:
            raise SettingsInvalid(
                f"codes.unique_ids: pattern {number} is not a regular expression: {error}"
            ) from error


@lru_cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _matches(
    pattern: UniqueIdPattern, text: str, source: str
) -> Iterator[tuple[UniqueIdCandidate, re.Match[str]]]:
    """Each ID where it stands first."""
    seen = set[str]()
    for match in _compiled(pattern.pattern).finditer(text[:MAX_SEARCHED_CHARACTERS]):
        found = _id(match, pattern.checksum)
        if found is None or (compared := _compared(found, pattern.checksum)) in seen:
            continue
        seen.add(compared)
        groups = [
            NamedGroup(name=name, text=value)
            for name, value in match.groupdict().items()
            if value is not None
        ]
        candidate = UniqueIdCandidate(
            id=found, pattern=pattern.name or pattern.pattern, source=source, groups=groups
        )
        yield candidate, match
        if len(seen) == MAX_CANDIDATES:
            return


def _id(match: re.Match[str], checksum: Checksum | None) -> str | None:
    expression = match.re
    group = "id" if "id" in expression.groupindex else min(expression.groups, 1)
    found = match[group]
    if not found or checksum is None:
        return found or None
    check = ""
    if "check" in expression.groupindex and match["check"] is not None:
        start, end = match.span("check")
        inside = match.start(group) <= start and end <= match.end(group)
        check = "" if inside else match["check"]
    return bare(found) if is_right(bare(found + check), checksum) else None


def _compared(found: str, checksum: Checksum | None) -> str:
    """A UPC-A is the EAN-13 with a leading zero, and the GTIN-14 with two."""
    return found.zfill(_GTIN_DIGITS) if checksum == "gtin" else found


def _boxes(text: str, words: Sequence[Word], match: re.Match[str]) -> list[list[float]]:
    """Of the words that a match touches; words stand in the text in their order."""
    boxes = []
    at = 0
    for word in words:
        start = text.find(word.text, at)
        if start < 0:
            continue
        at = start + len(word.text)
        if start < match.end() and match.start() < at:
            boxes.append(word.box)
    return boxes
