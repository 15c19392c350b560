"""Fingerprints of all photos, in one order of arrival."""

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any

import numpy as np
from sqlalchemy import Connection, RowMapping, delete, func, select, text

from darkroom.ports import Arrival, Fingerprint, KnownHashes
from resources.records.models import FingerprintRecord
from resources.records.statements import IN_LIST, among, batched, table_of, upsert

_KNOWN = table_of(FingerprintRecord)
_ARRIVAL = (_KNOWN.c.arrival, _KNOWN.c.batch, _KNOWN.c.photo_id, _KNOWN.c.sha256)
_LOCK = 0x6172726976616C73
"""Any number that no other program locks: this one spells arrivals."""
_FETCHED_AT_ONCE = 50_000


def register(
    connection: Connection, batch: str, fingerprints: Sequence[Fingerprint]
) -> dict[str, Arrival]:
    """In the caller's transaction, which on SQLite already excludes other writers."""
    if connection.dialect.name == "postgresql":
        # Else a place could be given before, and be seen after, the places that follow it.
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    before = _of_batch(connection, batch)
    wanted = {fingerprint.photo_id: _row(batch, fingerprint) for fingerprint in fingerprints}
    gone = [row["arrival"] for photo_id, row in before.items() if photo_id not in wanted]
    for some in batched(gone, IN_LIST):
        connection.execute(delete(_KNOWN).where(among(connection, _KNOWN.c.arrival, some)))
    changed = [
        row
        for photo_id, row in wanted.items()
        if photo_id not in before or row.items() - before[photo_id].items()
    ]
    upsert(connection, FingerprintRecord, changed, key=("batch", "photo_id"))
    return {
        photo_id: Arrival(row["arrival"], batch, photo_id, row["sha256"])
        for photo_id, row in _of_batch(connection, batch).items()
    }


def first_with(connection: Connection, sha256s: Iterable[str]) -> dict[str, Arrival]:
    found: dict[str, Arrival] = {}
    for some in batched(dict.fromkeys(sha256s), IN_LIST):
        first = (
            select(func.min(_KNOWN.c.arrival))
            .where(among(connection, _KNOWN.c.sha256, some))
            .group_by(_KNOWN.c.sha256)
        )
        rows = connection.execute(select(*_ARRIVAL).where(_KNOWN.c.arrival.in_(first)))
        found.update({row["sha256"]: _arrival(row) for row in rows.mappings()})
    return found


def known_hashes(connection: Connection, before: int) -> KnownHashes:
    rows = connection.execution_options(yield_per=_FETCHED_AT_ONCE).execute(
        select(_KNOWN.c.arrival, _KNOWN.c.phash, _KNOWN.c.dhash)
        .where(_KNOWN.c.comparable, _KNOWN.c.arrival < before)
        .order_by(_KNOWN.c.arrival)
    )
    columns = np.fromiter(chain.from_iterable(rows), np.int64).reshape(-1, 3).T.copy()
    return KnownHashes(columns[0], columns[1].view(np.uint64), columns[2].view(np.uint64))


def locate(connection: Connection, orders: Iterable[int]) -> dict[int, Arrival]:
    found: dict[int, Arrival] = {}
    for some in batched(dict.fromkeys(orders), IN_LIST):
        rows = connection.execute(
            select(*_ARRIVAL).where(among(connection, _KNOWN.c.arrival, some))
        )
        found.update({row["arrival"]: _arrival(row) for row in rows.mappings()})
    return found


def _of_batch(connection: Connection, batch: str) -> dict[str, dict[str, Any]]:
    rows = connection.execute(select(_KNOWN).where(_KNOWN.c.batch == batch)).mappings()
    return {row["photo_id"]: dict(row) for row in rows}


def _row(batch: str, fingerprint: Fingerprint) -> dict[str, Any]:
    return {
        "batch": batch,
        "photo_id": fingerprint.photo_id,
        "sha256": fingerprint.sha256,
        "phash": _signed(fingerprint.phash),
        "dhash": _signed(fingerprint.dhash),
        "comparable": fingerprint.comparable,
    }


def _signed(bits: int) -> int:
    """The same 64 bits, read as a signed number."""
    return bits - (1 << 64) if bits >> 63 else bits


def _arrival(row: RowMapping) -> Arrival:
    return Arrival(row["arrival"], row["batch"], row["photo_id"], row["sha256"])
