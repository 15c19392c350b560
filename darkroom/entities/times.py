"""Times of day, as posters and models write them: 8pm, 20h30, 8.00 PM, noon, 8-11pm."""

import re
from dataclasses import dataclass

_HALF_DAY = 12 * 60
DAY_MINUTES = 24 * 60
_LAST_MINUTE = 59
_NOON, _LAST_HOUR = 12, 24

_WORDS = {"noon": _HALF_DAY, "midday": _HALF_DAY, "midnight": 0}
_ASIDE = re.compile(
    r"\b(?:about|approx|around|at|ca|circa|doors?|from|o'?clock|opens?|sharp|show|starts?|uhr)\b"
    r"|\b(?:[acemp][ds]?t|cest|gmt|utc)\b|[~@]",
)
_TO = re.compile(r"\s*(?:-|‐|‑|–|—|−|\bto\b|\buntil\b|\btill?\b|\bthrough\b)\s*")
_OPEN_END = frozenset(("close", "closing", "end", "late", "open end"))
_CLOCK = re.compile(
    r"(?P<hour>\d{1,2})"
    r"(?:\s?[:.h]\s?(?P<minute>\d{2})(?:[:.]\d{2})?|(?P<packed>\d{2})|\s?h)?"
    r"\s?(?:hrs?|hours?)?"
    r"\s?(?P<half>[ap])?(?:\.?\s?m)?\.?"
)


@dataclass(frozen=True, slots=True)
class Span:
    """Minutes since midnight; without an end for a single time."""

    start: int
    end: int | None = None


@dataclass(frozen=True, slots=True)
class _Clock:
    """One written time. Without am or pm, one of up to 12 may mean either, beside one that says."""

    minutes: int
    says: bool

    def readings(self) -> tuple[int, ...]:
        if self.says or self.minutes >= _HALF_DAY + 60:
            return (self.minutes,)
        return (self.minutes, (self.minutes + _HALF_DAY) % DAY_MINUTES)


def parse(text: str) -> Span | None:
    """The time or the range that a text says; None for one that no clock shows.

    Hours without am or pm are those of a 24-hour clock. In a range where just one end says am or
    pm, the other is what makes the range shorter: 10-2pm begins at 10:00, 11-1am at 23:00.
    """
    said = " ".join(_ASIDE.sub(" ", text.casefold()).split())
    parts = [part for part in _TO.split(said) if part]
    if len(parts) > 1 and parts[-1] in _OPEN_END:
        parts = parts[:-1]
    clocks = [_clock(part) for part in parts]
    match clocks:
        case [_Clock() as one]:
            return Span(one.minutes)
        case [_Clock() as start, _Clock() as end]:
            return _span(start, end)
    return None


def written(minutes: int) -> str:
    """HH:MM on a 24-hour clock."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def minutes_of(time: str) -> int:
    """Minutes since midnight of HH:MM."""
    hour, _, minute = time.partition(":")
    return int(hour) * 60 + int(minute)


def minutes_apart(one: str, other: str) -> int:
    """Between two of HH:MM, the shorter way around the clock."""
    difference = abs(minutes_of(one) - minutes_of(other))
    return min(difference, DAY_MINUTES - difference)


def _span(start: _Clock, end: _Clock) -> Span:
    if start.says == end.says:
        return Span(start.minutes, end.minutes)
    first, last = min(
        ((first, last) for first in start.readings() for last in end.readings()),
        key=lambda pair: (pair[1] - pair[0]) % DAY_MINUTES or DAY_MINUTES,
    )
    return Span(first, last)


def _clock(text: str) -> _Clock | None:
    if text in _WORDS:
        return _Clock(_WORDS[text], says=True)
    found = _CLOCK.fullmatch(text.removesuffix(" noon"))
    if found is None:
        return None
    hour, minute = int(found["hour"]), int(found["minute"] or found["packed"] or 0)
    half = found["half"]
    if minute > _LAST_MINUTE or hour > _LAST_HOUR or (hour == _LAST_HOUR and minute):
        return None
    if half and hour <= _NOON:
        if hour == 0:
            return None
        hour = hour % _NOON + (_NOON if half == "p" else 0)
    elif half == "a":
        return None
    return _Clock(hour % _LAST_HOUR * 60 + minute, says=bool(half))
