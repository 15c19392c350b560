"""Which earlier photos have the same bytes as a new one, and which look the same."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from darkroom.ports import Arrival, Fingerprint, FingerprintIndex, KnownHashes
from darkroom.recognition.likeness import RING_HASH_RADIUS, Likeness, likeness
from darkroom.recognition.looks import Look
from darkroom.rows import Neighbour
from darkroom.settings import DuplicateSettings

CHUNK = 131_072
"""Known hashes compared at once: a megabyte, so that they stay in the processor's cache."""
_SPARE = 3
"""Candidates looked at closely in each of the ways to find them, for every neighbour listed."""

Match = tuple[str | None, list[Neighbour]]
"""The first arrival of the same bytes (batch/photo_id), and the near duplicates, nearest first."""
Hits = Iterator[tuple[NDArray[np.intp], NDArray[np.uint8]]]


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
    known = index.known_hashes(before=1 + max(place.order for place in places.values()))
    same: dict[str, set[int]] = {sha256: {first.order} for sha256, first in firsts.items()}
    for each in fingerprints:
        same.setdefault(each.sha256, set()).add(places[each.photo_id].order)

    candidates: dict[str, set[int]] = {}
    for each in fingerprints:
        earlier = known.before(places[each.photo_id].order)
        candidates[each.photo_id] = _candidates(each.look, earlier, same[each.sha256], settings)
    wanted = set().union(*candidates.values())
    looks, who = index.looks(wanted), index.locate(wanted)
    return {
        each.photo_id: (
            _original(firsts.get(each.sha256), places[each.photo_id]),
            _nearest(
                {
                    who[order]: looks[order]
                    for order in candidates[each.photo_id]
                    # Not in `who`: forgotten since, by a batch that was worked on again.
                    if order in looks and order in who and who[order].sha256 != each.sha256
                },
                each.look,
                settings,
            ),
        )
        for each in fingerprints
    }


def near(
    query_phash: int,
    query_dhash: int,
    known: KnownHashes,
    *,
    phash_radius: int,
    dhash_radius: int,
    limit: int,
) -> list[tuple[int, int, int]]:
    """Order, pHash distance and dHash distance of those within both radii, in bits of 64.

    Nearest first by the sum of the distances, then the earlier arrival. Compares with every known
    photo: exact, and fast enough for ten million (about a nanosecond each).
    """
    dhash = np.uint64(query_dhash)
    nearest: list[tuple[int, int, int]] = []
    for hits, phash_distances in _within(known.phash, query_phash, phash_radius):
        dhash_distances = np.bitwise_count(known.dhash[hits] ^ dhash)
        both = dhash_distances <= dhash_radius
        columns = (known.order[hits[both]], phash_distances[both], dhash_distances[both])
        nearest += zip(*(column.tolist() for column in columns), strict=True)
        if len(nearest) > limit:  # kept short, whatever the number of hits
            nearest = sorted(nearest, key=_distance)[:limit]
    return sorted(nearest, key=_distance)[:limit]


def _distance(hit: tuple[int, int, int]) -> tuple[int, int]:
    order, phash_distance, dhash_distance = hit
    return phash_distance + dhash_distance, order


def _within(known: NDArray[np.uint64], query: int, radius: int) -> Hits:
    """Places and distances, in bits, of the known hashes within the radius of one."""
    for start in range(0, len(known), CHUNK):
        distances = np.bitwise_count(known[start : start + CHUNK] ^ np.uint64(query))
        hits = np.flatnonzero(distances <= radius)
        if hits.size:
            yield hits + start, distances[hits]


def _candidates(
    look: Look | None, known: KnownHashes, same: set[int], settings: DuplicateSettings
) -> set[int]:
    """Orders of all known photos that may look like it, turned or not; none with the same bytes.

    What both photos say of each other decides, so that what one of them says leaves nobody out.
    """
    if look is None:
        return set()
    limit = _SPARE * settings.max_neighbours + len(same)
    found: set[int] = set()
    for phash, dhash in zip(look.phash, look.dhash, strict=True):
        hits = near(
            phash,
            dhash,
            known,
            phash_radius=settings.phash_radius,
            dhash_radius=settings.dhash_radius,
            limit=limit,
        )
        found.update(order for order, _, _ in hits)
    for ring in look.rings:
        ringed = [
            (distance, order)
            for hits, distances in _within(known.ring_hash, ring.hash, RING_HASH_RADIUS)
            for distance, order in zip(
                distances.tolist(), known.ring_order[hits].tolist(), strict=True
            )
        ]
        found.update(order for _, order in sorted(ringed)[:limit])
    return found - same


def _nearest(
    candidates: dict[Arrival, Look], look: Look | None, settings: DuplicateSettings
) -> list[Neighbour]:
    alike: list[tuple[Arrival, Likeness]] = []
    if look is not None:
        for arrival, earlier in candidates.items():
            found = likeness(earlier, look, settings)
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
