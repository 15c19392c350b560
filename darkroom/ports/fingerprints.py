"""What photos of all batches are compared by."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from darkroom.recognition.looks import Look


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What a photo is compared by."""

    photo_id: str
    sha256: str
    look: Look | None
    """None for a photo with too little to see to be compared by look."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A photo's place in the order in which fingerprints arrived."""

    order: int
    batch: str
    photo_id: str
    sha256: str = field(compare=False)
    """Of the content that stands there now; the place is the same whatever it is."""

    def __str__(self) -> str:
        return f"{self.batch}/{self.photo_id}"


@dataclass(frozen=True, slots=True)
class KnownHashes:
    """Columns of the fingerprints that have a look, sorted by order.

    A photo has one pHash and dHash, as it stands, and any number of ring hashes.
    """

    order: NDArray[np.int64]
    phash: NDArray[np.uint64]
    dhash: NDArray[np.uint64]
    ring_order: NDArray[np.int64]
    ring_hash: NDArray[np.uint64]


class FingerprintIndex(Protocol):
    """All photos' fingerprints across batches, in one total order of arrival."""

    def register(self, batch: str, fingerprints: Sequence[Fingerprint]) -> dict[str, Arrival]:
        """Make the batch's fingerprints known; photo_id → place.

        A photo keeps its place when it is registered again. Registrations take turns, so whoever
        registers later sees all who registered before. Photos of the batch that are not among
        `fingerprints` are forgotten.
        """

    def first_with(self, sha256s: Iterable[str]) -> dict[str, Arrival]:
        """The first arrival of each of these contents."""

    def known_hashes(self, before: int) -> Iterable[KnownHashes]:
        """Hashes of the looks that arrived earlier than `before`, as they stand at one moment.

        Many at once, in order of arrival. None of them stays in memory.
        """

    def looks(self, orders: Iterable[int]) -> dict[int, Look]:
        """The looks of those at these places that have one."""

    def locate(self, orders: Iterable[int]) -> dict[int, Arrival]:
        """Who stands at these places."""
