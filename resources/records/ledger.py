"""Which batches there are, and which photo came in with which of them."""

import hashlib
from collections.abc import Sequence

from sqlalchemy import Connection, RowMapping, select

from darkroom.batches import Batch, BatchSummary
from darkroom.rows import Entry
from resources.records.models import BatchEntry, BatchRecord
from resources.records.statements import IN_LIST, among, batched, insert_new, table_of, upsert

_BATCHES = table_of(BatchRecord)
_ENTRIES = table_of(BatchEntry)


def unseen(connection: Connection, owner: str, identities: Sequence[str]) -> set[str]:
    digests = {_digest(identity): identity for identity in identities}
    for some in batched(list(digests), IN_LIST):
        known = select(_ENTRIES.c.digest).where(
            _ENTRIES.c.owner == owner, among(connection, _ENTRIES.c.digest, some)
        )
        for digest in connection.execute(known).scalars():
            del digests[digest]
    return set(digests.values())


def open_batch(
    connection: Connection, batch: Batch, entries: Sequence[Entry], *, force: bool
) -> bool:
    """False says that the transaction is to be undone."""
    row = batch.model_dump(exclude={"key"}) | {"batch": batch.key}
    row |= {"done": 0, "rejected": 0, "failed": 0, "failures_accepted": 0}
    if insert_new(connection, BatchRecord, [row]) == 0:
        return False
    # Sorted: two writers that meet in the same entries wait for, and never block, one another. A
    # manifest that lists a photo twice has one entry here.
    ledger = {
        _digest(entry.identity): {
            "owner": batch.owner,
            "digest": _digest(entry.identity),
            "identity": entry.identity,
            "batch": batch.key,
            "photo_id": entry.photo_id,
        }
        for entry in reversed(entries)
    }
    values = [ledger[digest] for digest in sorted(ledger)]
    if force:
        upsert(connection, BatchEntry, values, key=("digest", "owner"))
        return True
    return insert_new(connection, BatchEntry, values) == len(values)


def batch(connection: Connection, key: str) -> Batch | None:
    found = connection.execute(select(_BATCHES).where(_BATCHES.c.batch == key)).mappings()
    return next(map(_batch, found), None)


def batches(connection: Connection) -> list[BatchSummary]:
    found = connection.execute(select(_BATCHES).order_by(_BATCHES.c.opening)).mappings()
    return [
        BatchSummary(
            batch=_batch(row),
            done=row["done"],
            rejected=row["rejected"],
            failed=row["failed"],
            failures_accepted=row["failures_accepted"],
        )
        for row in found
    ]


def _batch(row: RowMapping) -> Batch:
    return Batch(
        key=row["batch"],
        owner=row["owner"],
        report=row["report"],
        priority=row["priority"],
        source=row["source"],
        photos=row["photos"],
        opened_at=row["opened_at"],
    )


def _digest(identity: str) -> bytes:
    # File names that are not UTF-8 arrive with lone surrogates.
    return hashlib.sha256(identity.encode("utf-8", "surrogatepass")).digest()
