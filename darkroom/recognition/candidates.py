"""Which of all known photos may look like new ones, by hashes alone."""

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from darkroom.ports import KnownHashes
from darkroom.recognition.hamming import HammingJoin
from darkroom.recognition.likeness import RING_HASH_RADIUS
from darkroom.recognition.looks import Look
from darkroom.recognition.nearest import Nearest
from darkroom.settings import DuplicateSettings

_SPARE = 3
"""Candidates looked at closely in each of the ways to find them, for every neighbour listed."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A photo that is compared with those that arrived before it."""

    look: Look
    before: int
    same: AbstractSet[int]
    """Places of photos with the same bytes, which are no candidates."""


def candidates(
    wanted: Sequence[Wanted], known: Iterable[KnownHashes], settings: DuplicateSettings
) -> list[set[int]]:
    """For each photo, orders of all that may look like it, turned or not.

    What both photos say of each other decides. Here is asked what one of them says, which leaves
    nobody out; with very many, the nearest are taken. Takes no more memory for more known hashes.
    """
    if not wanted:
        return []
    spare = _SPARE * settings.max_neighbours
    limits = np.array([spare + len(each.same) for each in wanted], np.int64)
    before = np.array([each.before for each in wanted], np.int64)
    frames, rings = _Frames(wanted, settings), _Rings(wanted)
    ways: list[tuple[_Frames | _Rings, Nearest]] = [
        (way, Nearest(limits[way.photos])) for way in (frames, rings)
    ]
    for hashes in known:
        for way, nearest in ways:
            for numbers, distances, orders in way.near(hashes):
                earlier = orders < before[way.photos[numbers]]
                nearest.add(numbers[earlier], distances[earlier], orders[earlier])
    found: list[set[int]] = [set() for _ in wanted]
    for way, nearest in ways:
        numbers, orders = nearest.found()
        for photo, order in zip(way.photos[numbers].tolist(), orders.tolist(), strict=True):
            found[photo].add(order)
    return [orders - each.same for orders, each in zip(found, wanted, strict=True)]


Near = Iterator[tuple[NDArray[np.intp], NDArray[np.uint8], NDArray[np.int64]]]
"""Numbers of what was asked, and distances and orders of what is near."""


class _Frames:
    """pHash and dHash of the whole frame in each turn; both are to be within their radius."""

    def __init__(self, wanted: Sequence[Wanted], settings: DuplicateSettings) -> None:
        asked = [
            (number, phash, dhash)
            for number, each in enumerate(wanted)
            for phash, dhash in zip(each.look.phash, each.look.dhash, strict=True)
        ]
        self.photos = np.array([number for number, _, _ in asked], np.intp)
        self._join = HammingJoin(
            np.array([phash for _, phash, _ in asked], np.uint64), settings.phash_radius
        )
        self._dhash = np.array([dhash for _, _, dhash in asked], np.uint64)
        self._dhash_radius = settings.dhash_radius

    def near(self, known: KnownHashes) -> Near:
        for numbers, places, phash_distances in self._join.pairs(known.phash):
            distances = np.bitwise_count(self._dhash[numbers] ^ known.dhash[places])
            hits = distances <= self._dhash_radius
            yield numbers[hits], (phash_distances + distances)[hits], known.order[places[hits]]


class _Rings:
    def __init__(self, wanted: Sequence[Wanted]) -> None:
        asked = [
            (number, ring.hash) for number, each in enumerate(wanted) for ring in each.look.rings
        ]
        self.photos = np.array([number for number, _ in asked], np.intp)
        self._join = HammingJoin(np.array([bits for _, bits in asked], np.uint64), RING_HASH_RADIUS)

    def near(self, known: KnownHashes) -> Near:
        for numbers, places, distances in self._join.pairs(known.ring_hash):
            yield numbers, distances, known.ring_order[places]
