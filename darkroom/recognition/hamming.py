"""All pairs of hashes within so many bits of one another, of a few thousand with millions."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

_BITS = 64
_MIN_BANDS = 4
"""Of 16 bits each."""
_MAX_BANDS = 6
"""More are so narrow that comparing all with all is as fast."""
_PAIRS_AT_ONCE = 1 << 18
"""What a processor's cache holds of them."""

Pairs = tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.uint8]]
"""Places of the asked and of the known, and how many bits they differ in."""


class HammingJoin:
    """Finds exactly the pairs within the radius, without comparing all.

    Of radius // 2 + 1 bands, two hashes within the radius differ by at most one bit in one: only
    those that do are compared (multi-index hashing, Norouzi, Punjani and Fleet 2012). The asked are
    indexed, and the known go by: they need neither an index nor room, however many they are.
    """

    def __init__(self, asked: NDArray[np.uint64], radius: int) -> None:
        self._asked = asked
        self._radius = radius
        bands = max(radius // 2 + 1, _MIN_BANDS)
        if bands > _MAX_BANDS:
            self._bands = [_Band(asked, 0, 0)]
        else:
            edges = pairwise(_BITS * band // bands for band in range(bands + 1))
            self._bands = [_Band(asked, *each) for each in edges]

    def pairs(self, known: NDArray[np.uint64]) -> Iterator[Pairs]:
        """Each pair once, many at a time, in no order."""
        for number, band in enumerate(self._bands):
            for asked, places in band.pairs(known):
                differing = self._asked[asked] ^ known[places]
                distances = np.bitwise_count(differing)
                hits = np.flatnonzero(distances <= self._radius)
                for earlier in self._bands[:number]:
                    hits = hits[~earlier.meets(differing[hits])]
                if len(hits):
                    yield asked[hits], places[hits], distances[hits]


class _Band:
    """The bits from `low` to `high`, at most 16 of them."""

    def __init__(self, asked: NDArray[np.uint64], low: int, high: int) -> None:
        self._low, self._mask = np.uint64(low), np.uint64((1 << high - low) - 1)
        flips = np.array([0, *(1 << bit for bit in range(high - low))], np.uint64)
        keys = (self._keys(asked)[:, None] ^ flips).astype(np.uint16).ravel()
        # In the order of their keys, and where each key's begin.
        self._members = (np.argsort(keys, kind="stable") // len(flips)).astype(np.int32)
        self._counts = np.bincount(keys, minlength=1 << high - low).astype(np.int32)
        self._starts = (np.cumsum(self._counts) - self._counts).astype(np.int32)

    def pairs(
        self, known: NDArray[np.uint64]
    ) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
        """Places of the asked and the known that differ by at most one bit here."""
        keys = self._keys(known).astype(np.intp)
        ends = np.cumsum(self._counts[keys])
        total = int(ends[-1]) if len(ends) else 0
        cuts = np.searchsorted(ends, np.arange(_PAIRS_AT_ONCE, total, _PAIRS_AT_ONCE))
        for first, last in pairwise([0, *cuts.tolist(), len(keys)]):
            some = keys[first:last]
            counts = self._counts[some]
            places = np.repeat(np.arange(first, last), counts)
            skipped = self._starts[some] - (np.cumsum(counts) - counts)
            members = self._members[np.arange(len(places)) + np.repeat(skipped, counts)]
            yield members.astype(np.intp), places

    def meets(self, differing: NDArray[np.uint64]) -> NDArray[np.bool_]:
        """Whether hashes that differ in these bits were compared here."""
        met: NDArray[np.bool_] = np.bitwise_count(self._keys(differing)) <= 1
        return met

    def _keys(self, hashes: NDArray[np.uint64]) -> NDArray[np.uint64]:
        return hashes >> self._low & self._mask
