"""Which readings are of one thing: a function of the set of readings, in whatever order they came.

1. Readings that say the same fields, each spelled alike, are joined, those most alike first, unless
   two in the joined group would contradict one another. So a chain of slips is followed, and never
   further than two readings of one thing can be apart.
2. A group that leaves fields out, or says them in a shorter form, is joined to the fuller one that
   it fits. When it fits several that stay apart, nobody knows which of them is meant: it stays by
   itself.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from darkroom.entities.candidates import Candidates, Pair, Reading, said
from darkroom.entities.likeness import Closeness, likeness
from darkroom.entities.rules import Comparison


def grouped(
    readings: Collection[Reading],
    keys: Sequence[Comparison],
    *,
    min_keys: int,
    changed: Collection[Reading] | None = None,
) -> list[list[Reading]]:
    """Each reading once, in one group; groups and what is in them are in order.

    `keys` says how each place of a reading is compared. A reading that says fewer than `min_keys`
    is a group of its own. With `changed`, only those groups that may be others since these readings
    have come or gone.
    """
    there = set(readings)
    distinct = sorted(there.union(changed or ()), key=order)
    number = {reading: place for place, reading in enumerate(distinct)}
    candidates = Candidates(distinct, keys, min_keys=min(min_keys, len(keys)))
    reached = candidates.reached(
        number[each] for each in (distinct if changed is None else changed)
    )
    group_of = {
        each: _Group.of(each, distinct[each]) for each in sorted(reached) if distinct[each] in there
    }
    pairs = [
        pair
        for each in group_of
        for pair in reached[each]
        if pair.one < pair.other and pair.other in group_of
    ]
    contradict = _contradiction(keys)
    _join_by_spelling(group_of, pairs, contradict)
    joined = _joined_to_fuller(group_of, pairs, contradict)
    return [[distinct[each] for each in sorted(numbers)] for numbers in sorted(joined, key=min)]


def order(reading: Reading) -> tuple[int, tuple[str, ...]]:
    """What says more comes first."""
    return (-len(said(reading)), tuple(value or "" for value in reading))


@dataclass(eq=False, slots=True)
class _Group:
    """Readings that say the same fields."""

    numbers: list[int]
    values: tuple[set[str], ...]
    """Of each place: what is said there."""
    fullness: tuple[int, int]
    """Fields said, then letters: of two that fit, the fuller one says what is meant."""

    @classmethod
    def of(cls, number: int, reading: Reading) -> "_Group":
        values = tuple(set() if value is None else {value} for value in reading)
        return cls([number], values, (len(said(reading)), len("".join(filter(None, reading)))))

    def take_in(self, other: "_Group") -> None:
        self.numbers += other.numbers
        self.values = tuple(a | b for a, b in zip(self.values, other.values, strict=True))
        self.fullness = max(self.fullness, other.fullness)


_Contradict = Callable[[_Group, _Group], bool]


def _contradiction(keys: Sequence[Comparison]) -> _Contradict:
    @cache
    def apart(place: int, one: str, other: str) -> bool:
        return likeness(one, other, keys[place]).closeness is Closeness.APART

    def contradict(one: _Group, other: _Group) -> bool:
        return any(
            apart(place, value, against)
            for place, (values, others) in enumerate(zip(one.values, other.values, strict=True))
            for value in values
            for against in others
        )

    return contradict


def _join_by_spelling(
    group_of: dict[int, _Group], pairs: Sequence[Pair], contradict: _Contradict
) -> None:
    alike = (pair for pair in pairs if pair.alike)
    for pair in sorted(alike, key=lambda pair: (-pair.score, pair.one, pair.other)):
        one, other = group_of[pair.one], group_of[pair.other]
        if one is not other and not contradict(one, other):
            one.take_in(other)
            for number in other.numbers:
                group_of[number] = one


def _joined_to_fuller(
    group_of: Mapping[int, _Group], pairs: Sequence[Pair], contradict: _Contradict
) -> list[list[int]]:
    fuller: dict[_Group, set[_Group]] = defaultdict(set)
    for pair in pairs:
        low, high = sorted(
            (group_of[pair.one], group_of[pair.other]), key=lambda group: group.fullness
        )
        if low.fullness < high.fullness and not contradict(low, high):
            fuller[low].add(high)
    meant: dict[_Group, _Group] = {}
    for group in sorted(
        dict.fromkeys(group_of.values()), key=lambda group: group.fullness, reverse=True
    ):
        fitting = {meant[each] for each in fuller[group]}
        meant[group] = fitting.pop() if len(fitting) == 1 else group
    return list(_by_meaning(meant).values())


def _by_meaning(meant: Mapping[_Group, _Group]) -> dict[_Group, list[int]]:
    joined: dict[_Group, list[int]] = defaultdict(list)
    for group, fullest in meant.items():
        joined[fullest] += group.numbers
    return joined
