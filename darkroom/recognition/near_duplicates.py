"""Which earlier photos have the same bytes as a new one, and which look the same."""

from collections.abc import Sequence

import numpy as np

from darkroom.ports import Arrival, Fingerprint, FingerprintIndex, KnownHashes
from darkroom.rows import Neighbour
from darkroom.settings import DuplicateSettings

CHUNK = 131_072
"""Known hashes compared at once: a megabyte, so that they stay in the processor's cache."""

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
    known = index.known_hashes(before=1 + max(place.order for place in places.values()))
    same: dict[str, set[int]] = {sha256: {first.order} for sha256, first in firsts.items()}
    for each in fingerprints:
        same.setdefault(each.sha256, set()).add(places[each.photo_id].order)

    alike = {
        each.photo_id: _alike(
            each,
            known,
            before=places[each.photo_id].order,
            but=same[each.sha256],
            settings=settings,
        )
        for each in fingerprints
    }
    who = index.locate({order for hits in alike.values() for order, _, _ in hits})
    return {
        each.photo_id: (
            _original(firsts.get(each.sha256), places[each.photo_id]),
            [
                Neighbour(photo=str(who[order]), phash_distance=phash, dhash_distance=dhash)
                for order, phash, dhash in alike[each.photo_id]
                # Not in `who`: forgotten since, by a batch that was worked on again.
                if order in who and who[order].sha256 != each.sha256
            ],
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
    phash, dhash = np.uint64(query_phash), np.uint64(query_dhash)
    nearest: list[tuple[int, int, int]] = []
    for start in range(0, len(known.order), CHUNK):
        chunk = slice(start, start + CHUNK)
        phash_distances = np.bitwise_count(known.phash[chunk] ^ phash)
        hits = np.flatnonzero(phash_distances <= phash_radius)
        if not hits.size:
            continue
        dhash_distances = np.bitwise_count(known.dhash[chunk][hits] ^ dhash)
        both = dhash_distances <= dhash_radius
        hits = hits[both]
        columns = (known.order[chunk][hits], phash_distances[hits], dhash_distances[both])
        nearest += zip(*(column.tolist() for column in columns), strict=True)
        if len(nearest) > limit:  # kept short, whatever the number of hits
            nearest = sorted(nearest, key=_distance)[:limit]
    return sorted(nearest, key=_distance)[:limit]


def _distance(hit: tuple[int, int, int]) -> tuple[int, int]:
    order, phash_distance, dhash_distance = hit
    return phash_distance + dhash_distance, order


def _alike(
    photo: Fingerprint,
    known: KnownHashes,
    *,
    before: int,
    but: set[int],
    settings: DuplicateSettings,
) -> list[tuple[int, int, int]]:
    if not photo.comparable:
        return []
    end = np.searchsorted(known.order, before)
    earlier = KnownHashes(known.order[:end], known.phash[:end], known.dhash[:end])
    hits = near(
        photo.phash,
        photo.dhash,
        earlier,
        phash_radius=settings.phash_radius,
        dhash_radius=settings.dhash_radius,
        limit=settings.max_neighbours + len(but),
    )
    return [hit for hit in hits if hit[0] not in but][: settings.max_neighbours]


def _original(first: Arrival | None, place: Arrival) -> str | None:
    return str(first) if first is not None and first.order < place.order else None
