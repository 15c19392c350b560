"""Readings that agree, found without comparing every one with every other."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from darkroom.entities.likeness import SAME, Closeness, Likeness, likeness
from darkroom.entities.names import Names
from darkroom.entities.rules import Comparison, Nearly, Spelling

Reading = tuple[str | None, ...]
"""What an item says in its key fields, in the form in which they are compared."""
Places = tuple[int, ...]


def said(reading: Reading) -> Places:
    """The places where it says something."""
    return tuple(place for place, value in enumerate(reading) if value is not None)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two readings, by number, that agree in all that one of them says; the other may say more."""

    one: int
    other: int
    alike: bool
    """They say the same fields, each spelled alike."""
    score: float


class Candidates:
    """Which readings agree. Whether two do depends on nothing but the two."""

    def __init__(
        self, readings: Sequence[Reading], keys: Sequence[Comparison], *, min_keys: int
    ) -> None:
        """Each reading is there once; what says fewer than `min_keys` agrees with none."""
        self._readings = readings
        self._min_keys = min_keys
        self._columns = [
            _Column({reading[place] for reading in readings}, rule)
            for place, rule in enumerate(keys)
        ]
        self._holders: dict[Places, dict[tuple[int, str], list[int]]] = {}
        for number, reading in enumerate(readings):
            places = said(reading)
            if len(places) < min_keys:
                continue
            holders = self._holders.setdefault(places, defaultdict(list))
            for place in places:
                holders[place, reading[place] or ""].append(number)

    def pairs(self, number: int) -> Iterator[Pair]:
        """The reading with each that agrees with it."""
        own = self._readings[number]
        places = said(own)
        if len(places) < self._min_keys:
            return
        near = {place: self._columns[place].agreeing(own[place] or "") for place in places}
        for others, holders in self._holders.items():
            shared = set(places) & set(others)
            if len(shared) < min(len(places), len(others)):
                continue
            held = {
                place: [holders[place, value] for value in near[place] if (place, value) in holders]
                for place in shared
            }
            fewest = min(held.values(), key=lambda lists: sum(map(len, lists)))
            for other in (each for numbers in fewest for each in numbers):
                found = _all_of(near, self._readings[other], shared)
                if found and other != number:
                    alike = places == others and all(
                        each.closeness is Closeness.ALIKE for each in found
                    )
                    yield Pair(number, other, alike, sum(each.score for each in found))

    def reached(self, numbers: Iterable[int]) -> dict[int, list[Pair]]:
        """The pairs of these readings, of all that agree with them, and so on."""
        waiting = list(dict.fromkeys(numbers))
        found: dict[int, list[Pair]] = {}
        while waiting:
            number = waiting.pop()
            if number not in found:
                found[number] = list(self.pairs(number))
                waiting += (pair.other for pair in found[number])
        return found


def _all_of(
    near: Mapping[int, Mapping[str, Likeness]], reading: Reading, places: Iterable[int]
) -> list[Likeness] | None:
    found: list[Likeness] = []
    for place in places:
        measured = near[place].get(reading[place] or "")
        if measured is None:
            return None
        found.append(measured)
    return found


class _Column:
    """What all readings say in one field, and which of that agrees."""

    def __init__(self, values: Iterable[str | None], rule: Comparison) -> None:
        self._values = sorted(value for value in values if value is not None)
        self._rule = rule
        self._names = Names(self._values) if isinstance(rule, Spelling) else None
        self._known: dict[str, dict[str, Likeness]] = {}
        self._measured: dict[tuple[str, str], Likeness] = {}

    def agreeing(self, value: str) -> Mapping[str, Likeness]:
        """The values that agree with this one, which is one of them."""
        if value not in self._known:
            found = {value: SAME}
            for other in self._comparable(value):
                measured = self._likeness(value, other)
                if measured.closeness >= Closeness.SHORTENED:
                    found[other] = measured
            self._known[value] = found
        return self._known[value]

    def _likeness(self, value: str, other: str) -> Likeness:
        measured = self._measured.pop((other, value), None)  # each of the two asks once
        if measured is None:
            self._measured[value, other] = measured = likeness(value, other, self._rule)
        return measured

    def _comparable(self, value: str) -> Iterable[str]:
        match self._rule:
            case Spelling(min_similarity=least) if self._names:
                return {
                    *self._names.like(value, least),
                    *self._names.longer(value),
                    *self._names.shorter(value),
                }
            case Nearly():
                return self._values
        return ()
