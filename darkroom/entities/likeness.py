"""Whether two values of a key field may be said of the same thing."""

from enum import IntEnum
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz import fuzz

from darkroom.entities.rules import Comparison, Exactly, Nearly, Spelling
from darkroom.entities.times import minutes_apart

_SHORTEST_ABBREVIATION = 2
_MIN_WORD_SIMILARITY = 50
"""Of 100. A word that is less like every other one is another word, and no slip."""


class Closeness(IntEnum):
    """How far apart two values are."""

    APART = 0
    """They contradict: never of the same thing."""
    UNSURE = 1
    """Each may still agree with a third."""
    SHORTENED = 2
    """One is a shorter form of the other: it may be one of several others as well."""
    ALIKE = 3
    """Two readings of one value."""


class Likeness(NamedTuple):
    """`score` is of 100, and says only among those alike which are more so."""

    closeness: Closeness
    score: float = 0.0


_EQUAL = 100.0
_APART = Likeness(Closeness.APART)
SAME = Likeness(Closeness.ALIKE, _EQUAL)


def likeness(one: str, other: str, rule: Comparison) -> Likeness:
    """Of two values in the form in which they are compared; the same whichever comes first.

    Two are apart only when they differ by more than two readings of one value could: by more than
    twice what is allowed.
    """
    if one == other:
        return SAME
    match rule:
        case Spelling(min_similarity=least):
            return _spelling(one, other, least)
        case Nearly(within_minutes=within):
            return _nearly(minutes_apart(one, other), within)
        case Exactly():
            return _APART


def _nearly(minutes: int, within: int) -> Likeness:
    if minutes <= within:
        return Likeness(Closeness.ALIKE, _EQUAL - _EQUAL * minutes / (within + 1))
    return Likeness(Closeness.UNSURE) if minutes <= 2 * within else _APART


class _Name(NamedTuple):
    words: tuple[str, ...]
    ordered: str
    joined: str
    numbers: frozenset[str]


@lru_cache(maxsize=100_000)
def _name(value: str) -> _Name:
    words = tuple(value.split())
    numbers = frozenset(filter(str.isdecimal, words))
    return _Name(words, " ".join(sorted(words)), "".join(words), numbers)


def _spelling(one: str, other: str, least: float) -> Likeness:
    name, against = _name(one), _name(other)
    # Hall 1 and Hall 2 are a letter apart, and not the same.
    if name.numbers - against.numbers and against.numbers - name.numbers:
        return _APART
    joined = fuzz.ratio(name.joined, against.joined)
    score = max(joined, fuzz.ratio(name.ordered, against.ordered))
    if score >= least and name.numbers == against.numbers:
        # Of a long name, Main Hall and Side Hall are a few letters apart, and not the same.
        words, others = set(name.words), set(against.words)
        if joined == _EQUAL or not _exchanged(words - others, others - words):
            return Likeness(Closeness.ALIKE, score)
    if _shortens(name.words, against.words, least) or _shortens(against.words, name.words, least):
        return Likeness(Closeness.SHORTENED, score)
    return Likeness(Closeness.UNSURE, score) if score >= 2 * least - 100 else _APART


def _exchanged(words: set[str], others: set[str]) -> bool:
    """Whether a word stands for another one: both sides have one that is like none of the other."""
    return _has_another(words, others) and _has_another(others, words)


def _has_another(words: set[str], others: set[str]) -> bool:
    return any(
        all(fuzz.ratio(word, other) < _MIN_WORD_SIMILARITY for other in others) for word in words
    )


def _shortens(short: tuple[str, ...], long: tuple[str, ...], least: float) -> bool:
    """Whether each word of one stands in the other, whole, abbreviated or misspelt."""
    return len(short) <= len(long) and all(
        any(_means(word, whole, least) for whole in long) for word in short
    )


def _means(word: str, whole: str, least: float) -> bool:
    if word == whole:
        return True
    if word.isdecimal() or whole.isdecimal():
        return False
    abbreviated = len(word) >= _SHORTEST_ABBREVIATION and whole.startswith(word)
    return abbreviated or fuzz.ratio(word, whole) >= least
