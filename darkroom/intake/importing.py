"""From what a source holds to batches that are known and can be run."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b

from darkroom.batches import Batch
from darkroom.errors import RecordsUnavailable
from darkroom.intake.batch_keys import batch_keys, import_key
from darkroom.intake.batch_sizes import batch_sizes
from darkroom.intake.sources.listing import Found, Listing
from darkroom.ports import Records
from darkroom.rows import Entry
from darkroom.settings import BatchSize
from darkroom.storage.storable_text import storable
from darkroom.storage.tables import Tables

MANIFESTS = "manifests"
"""The table of a batch's entries, written before the batch is known."""

_RACES = 5
"""Lost in a row, before we give up: each means that somebody else took a photo of ours."""


@dataclass(frozen=True, slots=True)
class Import:
    """Who sends a source, and how it is to be cut."""

    owner: str
    source: str
    """As the person named it."""
    cores: int
    now: datetime
    """UTC."""
    report: str | None = None
    priority: int = 0
    batch_size: BatchSize = "auto"


@dataclass(frozen=True, slots=True)
class Opened:
    """What an import came to."""

    batches: list[Batch]
    already_known: int
    """Photos that stand in earlier batches of this owner."""
    repeated: int
    """Further mentions of a photo in the source itself."""


def plan_batches(
    name: str, found: Sequence[Found], what: Import, *, nonce: str = ""
) -> Iterator[tuple[Batch, list[Entry]]]:
    """The batches of these photos, one at a time, each with its entries in order.

    The same photos of the same owner, cut alike, give the same keys and photo ids, unless `nonce`
    differs. Keys differ wherever a manifest would: two that import the same at once write the same
    tables or others, and neither replaces one that the other has made known.
    """
    sizes = batch_sizes(len(found), size=what.batch_size, cores=what.cores)
    if not sizes:
        return
    rows = (text for each in found for text in _contents(each))
    contents = itertools.chain(map(str, sizes), rows)
    first_key = import_key(name, what.owner, contents, nonce)
    ends = itertools.accumulate(sizes)
    for key, size, end in zip(batch_keys(first_key, len(sizes)), sizes, ends, strict=True):
        batch = Batch(
            key=key,
            owner=what.owner,
            report=what.report,
            priority=what.priority,
            source=storable(what.source),
            photos=size,
            opened_at=what.now,
        )
        yield batch, _entries(found[end - size : end])


def open_batches(
    listing: Listing, what: Import, *, records: Records, tables: Tables, force: bool = False
) -> Opened:
    """Make the photos that this owner has in no batch yet known as batches.

    Running it twice opens nothing new. A batch's manifest table is written before the batch is
    known, so one that is known can be run; a crash in between leaves a table that the next try
    writes again. Of several at once, each photo goes to whoever is first; the others plan again
    without it. `force` takes all photos again, under keys made fresh by `what.now`.
    """
    nonce = what.now.isoformat() if force else ""
    opened: list[Batch] = []
    fresh = listing.found
    for _ in range(_RACES):
        if not force:
            unseen = records.unseen(what.owner, [photo.identity for photo in fresh])
            fresh = [photo for photo in fresh if photo.identity in unseen]
        lost_a_race = False
        for batch, entries in plan_batches(listing.name, fresh, what, nonce=nonce):
            tables.write(MANIFESTS, batch.key, entries)
            if records.open_batch(batch, entries, force=force):
                opened.append(batch)
            else:
                lost_a_race = True
        if force or not lost_a_race:
            known = len(listing) - sum(batch.photos for batch in opened)
            return Opened(opened, already_known=known, repeated=listing.repeated)
    raise RecordsUnavailable(
        f"other imports of {what.owner} keep taking photos of this one; try again later"
    )


def _contents(photo: Found) -> tuple[str, ...]:
    return photo.identity, photo.uri, photo.filename, photo.extra_json


def _entries(found: Sequence[Found]) -> list[Entry]:
    width = max(4, len(str(len(found))))
    return [
        Entry(
            photo_id=f"{place:0{width}}-{_digest(photo.identity)}",
            uri=photo.uri,
            filename=photo.filename,
            identity=photo.identity,
            extra_json=photo.extra_json,
        )
        for place, photo in enumerate(found, start=1)
    ]


def _digest(identity: str) -> str:
    return blake2b(identity.encode(), digest_size=4).hexdigest()
