"""Names that may be spelled alike or shortened, found by how their words begin and end."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np
from rapidfuzz import fuzz, process

_ABBREVIATED, _LETTERS = 2, 3

Handles = tuple[str, ...]


class Names:
    """An index of names. What shares neither beginning nor end of a word is never found.

    Whether two names find each other depends on nothing but the two.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self._names = names
        self._words = [[_handles(word) for word in name.split()] for name in names]
        self._whole = [_in_any_form(name) for name in names]
        self._sorted = [" ".join(sorted(name.split())) for name in names]
        self._joined = [name.replace(" ", "") for name in names]
        self._number = {name: number for number, name in enumerate(names)}
        self._holders: dict[str, list[int]] = defaultdict(list)
        self._whole_holders: dict[str, list[int]] = defaultdict(list)
        for number in range(len(names)):
            for handle in {handle for handles in self._words[number] for handle in handles}:
                self._holders[handle].append(number)
            for handle in self._whole[number]:
                self._whole_holders[handle].append(number)

    def like(self, name: str, least: float) -> Iterator[str]:
        """Names so similar, of 100, in their words or without their spaces."""
        own = self._number[name]
        handles = {handle for word in self._words[own] for handle in word}
        near = list({number for handle in handles for number in self._holders[handle]} - {own})
        for forms in (self._sorted, self._joined):
            others = [forms[number] for number in near]
            scores = process.cdist([forms[own]], others, scorer=fuzz.ratio, score_cutoff=least)
            yield from (self._names[near[place]] for place in np.flatnonzero(scores))

    def longer(self, name: str) -> Iterator[str]:
        """Names in which each word of this one may stand: whole, abbreviated or misspelt."""
        own = self._number[name]
        words = self._words[own]
        rarest = min(words, key=self._commonness)
        for number in {number for handle in rarest for number in self._whole_holders[handle]}:
            if number != own and _stand_in(words, self._whole[number]):
                yield self._names[number]

    def shorter(self, name: str) -> Iterator[str]:
        """Names that find this one as a longer one."""
        own = self._number[name]
        whole = self._whole[own]
        for number in {number for handle in whole for number in self._holders[handle]}:
            if number != own and _stand_in(self._words[number], whole):
                yield self._names[number]

    def _commonness(self, handles: Handles) -> int:
        return sum(len(self._whole_holders[handle]) for handle in handles)


def _handles(word: str) -> Handles:
    return (f"{word[:_LETTERS]}…", f"…{word[-_LETTERS:]}")


def _in_any_form(name: str) -> frozenset[str]:
    """The handles of its words, and of the abbreviations that they may have."""
    words = name.split()
    short = (f"{word[:_ABBREVIATED]}…" for word in words)
    return frozenset((*short, *(handle for word in words for handle in _handles(word))))


def _stand_in(words: Sequence[Handles], whole: frozenset[str]) -> bool:
    for start, end in words:  # noqa: SIM110 - asked millions of times, and all() takes twice as long
        if start not in whole and end not in whole:
            return False
    return True
