"""All hashes within so many bits of one, among millions."""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

_BITS = 64
_MIN_BANDS = 4
"""Of 16 bits each."""
_MAX_BANDS = 6
"""More are so narrow that comparing with every hash is as fast."""


class HammingIndex:
    """Finds exactly those within the radius, without comparing with all.

    Of radius // 2 + 1 bands, two hashes within the radius differ by at most one bit in one: only
    those that do are compared (multi-index hashing, Norouzi, Punjani and Fleet 2012). Keeps some
    5 bytes for each hash and band.
    """

    def __init__(self, hashes: NDArray[np.uint64], radius: int) -> None:
        self._hashes = hashes
        self._radius = radius
        bands = max(radius // 2 + 1, _MIN_BANDS)
        edges = pairwise(_BITS * band // bands for band in range(bands + 1))
        self._bands = [_Band(hashes, *each) for each in edges] if bands <= _MAX_BANDS else []

    def near(self, query: int) -> tuple[NDArray[np.uint32], NDArray[np.uint8]]:
        """Their places, in order, and how many bits each differs in."""
        if self._bands:
            places = np.concatenate([band.places(query) for band in self._bands])
            distances = np.bitwise_count(self._hashes[places] ^ np.uint64(query))
        else:
            places = np.arange(len(self._hashes), dtype=np.uint32)
            distances = np.bitwise_count(self._hashes ^ np.uint64(query))
        hits = distances <= self._radius
        found, first = np.unique(places[hits], return_index=True)
        return found, distances[hits][first]


class _Band:
    """Hashes by their bits from `low` to `high`."""

    def __init__(self, hashes: NDArray[np.uint64], low: int, high: int) -> None:
        self._low, self._mask = low, (1 << high - low) - 1
        self._flips = [0, *(1 << bit for bit in range(high - low))]
        # 16 bits are sorted by radix, several times as fast as more of them.
        keys = ((hashes >> np.uint64(low)) & np.uint64(self._mask)).astype(np.uint16)
        self._places = np.argsort(keys, kind="stable").astype(np.uint32)
        self._starts = np.zeros(self._mask + 2, np.int64)
        np.cumsum(np.bincount(keys, minlength=self._mask + 1), out=self._starts[1:])

    def places(self, query: int) -> NDArray[np.uint32]:
        """Of those that differ from it by at most one bit here."""
        key = query >> self._low & self._mask
        starts = self._starts
        return np.concatenate(
            [self._places[starts[key ^ flip] : starts[(key ^ flip) + 1]] for flip in self._flips]
        )
