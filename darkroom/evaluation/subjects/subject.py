"""What is evaluated: photos that are looked at one by one, in several ways, and then scored."""

import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from os import times
from typing import Protocol

from darkroom.evaluation.corpus import KnownPhoto

PLAIN = "plain"
"""The way of looking that Darkroom adds nothing to: one plain call of the engine."""
AS_SET = "as set"
"""As the settings in force have it."""

Figure = int | float | None
"""None where there is nothing to divide by."""


@dataclass(frozen=True, slots=True)
class Row:
    """Figures of the photos of one kind, looked at in one way."""

    kind: str
    way: str
    photos: int
    figures: Mapping[str, Figure]
    remarks: Sequence[str] = ()
    """What a person may want to look at: photos with what is wrong about them."""


class Subject(Protocol):
    """One of the things that a corpus has answers about."""

    @property
    def name(self) -> str: ...

    @property
    def engine(self) -> str:
        """What looks, with its settings."""

    @property
    def photos(self) -> Mapping[str, Sequence[KnownPhoto]]:
        """Those that are to be looked at, by kind."""

    def look(self, kind: str, photo: KnownPhoto) -> None:
        """Look in every way, and keep what was seen. Raises `Unreadable` and `PhotoFailed`.

        A photo that raises counts in none of the figures.
        """

    def rows(self) -> list[Row]:
        """The figures so far."""


@dataclass(slots=True)
class Costs:
    """Processor seconds, which other work on the machine leaves alone, by kind and way."""

    seconds: dict[tuple[str, str], list[float]] = field(default_factory=dict)

    @contextmanager
    def of(self, kind: str, way: str) -> Iterator[None]:
        """Of this process and of programs that it started and saw end."""
        start = _spent()
        yield
        self.seconds.setdefault((kind, way), []).append(_spent() - start)

    def figures(self, kind: str, way: str) -> dict[str, Figure]:
        """In milliseconds of a photo."""
        spent = self.seconds.get((kind, way), [])
        return {
            "ms in the median": round(statistics.median(spent) * 1000, 1) if spent else None,
            "ms in the mean": round(statistics.mean(spent) * 1000, 1) if spent else None,
        }


def _spent() -> float:
    children = times()
    return time.process_time() + children.children_user + children.children_system


def by_kind(
    corpus: Sequence[KnownPhoto], kind_of: Callable[[KnownPhoto], str | None]
) -> dict[str, list[KnownPhoto]]:
    """Photos under their kinds, those without left out."""
    kinds: dict[str, list[KnownPhoto]] = {}
    for photo in corpus:
        if kind := kind_of(photo):
            kinds.setdefault(kind, []).append(photo)
    return kinds
