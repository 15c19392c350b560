"""Which earlier photos have the same bytes as a new one, and which look the same."""

from collections.abc import Sequence

from darkroom.ports import Arrival, Fingerprint, FingerprintIndex
from darkroom.recognition.candidates import Wanted, candidates
from darkroom.recognition.likeness import Likeness, likeness
from darkroom.recognition.looks import Look
from darkroom.rows import Neighbour
from darkroom.settings import DuplicateSettings

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
    same: dict[str, set[int]] = {sha256: {first.order} for sha256, first in firsts.items()}
    for each in fingerprints:
        same.setdefault(each.sha256, set()).add(places[each.photo_id].order)

    compared = {
        each.photo_id: Wanted(each.look, places[each.photo_id].order, same[each.sha256])
        for each in fingerprints
        if each.look
    }
    known = index.known_hashes(before=last)
    found = candidates(list(compared.values()), known, settings)
    close = dict(zip(compared, found, strict=True))
    wanted = set[int]().union(*found)
    looks, who = index.looks(wanted), index.locate(wanted)
    return {
        each.photo_id: (
            _original(firsts.get(each.sha256), places[each.photo_id]),
            _nearest(
                {
                    who[order]: looks[order]
                    for order in close.get(each.photo_id, ())
                    # Not in `who`: forgotten since, by a batch that was worked on again.
                    if order in looks and order in who and who[order].sha256 != each.sha256
                },
                each.look,
                settings,
            ),
        )
        for each in fingerprints
    }


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
