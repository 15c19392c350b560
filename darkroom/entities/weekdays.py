"""Days of the week, as posters and models write them in English: Thurs., FRIDAYS, every Sat."""

import re

from rapidfuzz.distance import OSA

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

_SHORTEST = 2
"""Letters that tell one day from the others."""
_MISSPELT_FROM = 5
_PLAIN = {day.casefold(): day for day in DAYS}
_WORD = re.compile(r"[^\W_]+")


def parse(text: str) -> list[str]:
    """The days that a text names, each once, by their full English names.

    Words that are no day are passed over, as in "every Thursday night"; a misspelt day is known
    when no other is as close.
    """
    words = _WORD.findall(text.casefold())
    days = (_day(word, beside=len(words) > 1) for word in words)
    return list(dict.fromkeys(day for day in days if day is not None))


def _day(word: str, *, beside: bool) -> str | None:
    stem = word.removesuffix("s") if len(word) > _SHORTEST + 1 else word
    if len(stem) >= _SHORTEST and not (beside and len(stem) == _SHORTEST):
        for plain, day in _PLAIN.items():
            if plain.startswith(stem):
                return day
    return _misspelt(stem) if len(stem) >= _MISSPELT_FROM else None


def _misspelt(word: str) -> str | None:
    """One slip, two in Wednesday: with two, Blursday would be Thursday."""
    slips = {plain: OSA.distance(word, plain) for plain in _PLAIN}
    fewest = min(slips.values())
    nearest = [plain for plain, count in slips.items() if count == fewest]
    if len(nearest) > 1 or fewest > (len(nearest[0]) - 1) // 4:
        return None
    return _PLAIN[nearest[0]]
