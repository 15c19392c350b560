"""Which earlier photos have the same bytes as a new one, and which look the same."""

from collections.abc import Sequence

import numpy as np

from darkroom.ports import Arrival, Fingerprint, FingerprintIndex, KnownHashes
from darkroom.recognition.hamming import HammingIndex
from darkroom.recognition.likeness import RING_HASH_RADIUS, Likeness, likeness
from darkroom.recognition.looks import Look
from darkroom.rows import Neighbour
from darkroom.settings import DuplicateSettings

_SPARE = 3
"""Candidates looked at closely in each of the ways to find them, for every neighbour listed."""

Match = tuple[str | None, list[Neighbour]]
"""The first arrival of the same bytes (batch/photo_id), and the near duplicates, nearest first."""


def match(
    batch: str,
    fingerprints: Sequence[Fingerprint],
    index: FingerprintIndex,
    settings: DuplicateSettings,
) -> dict[str, Match]:
    """Make the batch's photos known, then compare each with all that arrived before it.

    Earlier photos of the same batch count. Of those with the very same bytes the first arrival is
    named as the original; neither it nor any other copy is a near duplicate.
    Repeating it gives the same answer as long as no earlier photo is forgotten.
    """
    places = index.register(batch, fingerprints)
    if not places:
        return {}
    firsts = index.first_with({each.sha256 for each in fingerprints})
    last = max(place.order for place in places.values())
    known = Known(index.known_hashes(before=last + 1), settings)
    same: dict[str, set[int]] = {sha256: {first.order} for sha256, first in firsts.items()}
    for each in fingerprints:
        same.setdefault(each.sha256, set()).add(places[each.photo_id].order)

    close = {
        each.photo_id: known.candidates(
            each.look, before=places[each.photo_id].order, same=same[each.sha256]
        )
        if each.look
        else set()
        for each in fingerprints
    }
    wanted = set().union(*close.values())
    looks, who = index.looks(wanted), index.locate(wanted)
    return {
        each.photo_id: (
            _original(firsts.get(each.sha256), places[each.photo_id]),
            _nearest(
                {
                    who[order]: looks[order]
                    for order in close[each.photo_id]
                    # Not in `who`: forgotten since, by a batch that was worked on again.
                    if order in looks and order in who and who[order].sha256 != each.sha256
                },
                each.look,
                settings,
            ),
        )
        for each in fingerprints
    }


class Known:
    """The known hashes, ready to be asked for what a photo may look like."""

    def __init__(self, hashes: KnownHashes, settings: DuplicateSettings) -> None:
        self._hashes = hashes
        self._settings = settings
        self._phashes = HammingIndex(hashes.phash, settings.phash_radius)
        self._rings = HammingIndex(hashes.ring_hash, RING_HASH_RADIUS)

    def candidates(self, look: Look, *, before: int, same: set[int]) -> set[int]:
        """Orders of all that may look like it, turned or not; none of those with the same bytes.

        What both photos say of each other decides. Here is asked what one of them says, which
        leaves nobody out; with very many, the nearest are taken.
        """
        limit = _SPARE * self._settings.max_neighbours + len(same)
        found: set[int] = set()
        for phash, dhash in zip(look.phash, look.dhash, strict=True):
            found.update(order for order, *_ in self.near(phash, dhash, before=before)[:limit])
        for ring in look.rings:
            places, distances = self._rings.near(ring.hash)
            orders = self._hashes.ring_order[places].tolist()
            ringed = sorted(zip(distances.tolist(), orders, strict=True))
            found.update([order for _, order in ringed if order < before][:limit])
        return found - same

    def near(self, phash: int, dhash: int, *, before: int) -> list[tuple[int, int, int]]:
        """Order, pHash distance and dHash distance of those within both radii, in bits of 64.

        Nearest first by the sum of the distances, then the earlier arrival.
        """
        places, phash_distances = self._phashes.near(phash)
        dhash_distances = np.bitwise_count(self._hashes.dhash[places] ^ np.uint64(dhash))
        orders = self._hashes.order[places]
        hits = (dhash_distances <= self._settings.dhash_radius) & (orders < before)
        columns = (orders[hits], phash_distances[hits], dhash_distances[hits])
        found = zip(*(column.tolist() for column in columns), strict=True)
        return sorted(found, key=lambda hit: (hit[1] + hit[2], hit[0]))


def _nearest(
    earlier: dict[Arrival, Look], look: Look | None, settings: DuplicateSettings
) -> list[Neighbour]:
    alike: list[tuple[Arrival, Likeness]] = []
    if look is not None:
        for arrival, other in earlier.items():
            found = likeness(other, look, settings)
            if found is not None:
                alike.append((arrival, found))
    alike.sort(key=lambda pair: (pair[1].rank, pair[0].order))
    return [
        Neighbour(
            photo=str(arrival),
            transform=str(found.transform),
            phash_distance=found.phash_distance,
            dhash_distance=found.dhash_distance,
            ring_distance=found.ring_distance,
        )
        for arrival, found in alike[: settings.max_neighbours]
    ]


def _original(first: Arrival | None, place: Arrival) -> str | None:
    return str(first) if first is not None and first.order < place.order else None
