"""Fingerprints of all photos, in one order of arrival."""

import struct
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, func, select, text

from darkroom.ports import Arrival, Fingerprint
from darkroom.recognition.looks import Look, RingHash
from resources.records import hash_blocks
from resources.records.models import FingerprintRecord, LookRecord
from resources.records.statements import IN_LIST, among, batched, insert, table_of, upsert

_KNOWN = table_of(FingerprintRecord)
_LOOKS = table_of(LookRecord)
_ARRIVAL = (_KNOWN.c.arrival, _KNOWN.c.batch, _KNOWN.c.photo_id, _KNOWN.c.sha256)
_LOCK = 0x6172726976616C73
"""Any number that no other program locks: this one spells arrivals."""
_HASH_BYTES = 8


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
    places = {
        photo_id: Arrival(row["arrival"], batch, photo_id, row["sha256"])
        for photo_id, row in _of_batch(connection, batch).items()
    }
    _keep_looks(connection, {places[each.photo_id].order: each.look for each in fingerprints})
    hash_blocks.pack(connection, [*gone, *(places[row["photo_id"]].order for row in changed)])
    return places


def _keep_looks(connection: Connection, looks: dict[int, Look | None]) -> None:
    for some in batched(looks, IN_LIST):
        connection.execute(delete(_LOOKS).where(among(connection, _LOOKS.c.arrival, some)))
    rows = [
        {
            "arrival": order,
            "turns": _packed([*look.phash, *look.dhash]),
            "patterns": b"".join(ring.pattern for ring in look.rings),
        }
        for order, look in looks.items()
        if look is not None
    ]
    insert(connection, LookRecord, rows)


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


def looks(connection: Connection, orders: Iterable[int]) -> dict[int, Look]:
    found: dict[int, Look] = {}
    joined = _KNOWN.outerjoin(_LOOKS, _KNOWN.c.arrival == _LOOKS.c.arrival)
    columns = (*_KNOWN.c, _LOOKS.c.turns, _LOOKS.c.patterns)
    for some in batched(dict.fromkeys(orders), IN_LIST):
        rows = connection.execute(
            select(*columns)
            .select_from(joined)
            .where(_KNOWN.c.comparable, among(connection, _KNOWN.c.arrival, some))
        )
        found.update({row["arrival"]: _look(row) for row in rows.mappings()})
    return found


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
    look = fingerprint.look
    return {
        "batch": batch,
        "photo_id": fingerprint.photo_id,
        "sha256": fingerprint.sha256,
        "phash": _signed(look.phash[0]) if look else 0,
        "dhash": _signed(look.dhash[0]) if look else 0,
        "comparable": look is not None,
        "ring_hashes": _packed([ring.hash for ring in look.rings]) if look else None,
    }


def _look(row: RowMapping) -> Look:
    if row["turns"] is None:
        return Look((_unsigned(row["phash"]),), (_unsigned(row["dhash"]),))
    hashes = _unpacked(row["turns"])
    half = len(hashes) // 2
    rings = _unpacked(row["ring_hashes"] or b"")
    bytes_each = len(row["patterns"]) // max(len(rings), 1)
    patterns = batched(row["patterns"], bytes_each) if rings else ()
    return Look(
        phash=hashes[:half],
        dhash=hashes[half:],
        rings=tuple(map(RingHash, rings, map(bytes, patterns))),
    )


def _signed(bits: int) -> int:
    """The same 64 bits, read as a signed number."""
    return bits - (1 << 64) if bits >> 63 else bits


def _unsigned(bits: int) -> int:
    return bits % (1 << 64)


def _packed(hashes: Sequence[int]) -> bytes:
    return struct.pack(f"<{len(hashes)}Q", *hashes)


def _unpacked(data: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(data) // _HASH_BYTES}Q", data)


def _arrival(row: RowMapping) -> Arrival:
    return Arrival(row["arrival"], row["batch"], row["photo_id"], row["sha256"])
