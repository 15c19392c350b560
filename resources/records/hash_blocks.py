"""The hashes that every new photo is compared with, packed by the thousand.

A million fingerprints take seconds to read as rows, and a moment as bytes. They are copies: whoever
changes fingerprints packs their blocks anew, in the same transaction.
"""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, RowMapping, select

from darkroom.ports import KnownHashes
from resources.records.models import ARRIVALS_PER_BLOCK, FingerprintRecord, HashBlockRecord
from resources.records.statements import table_of, upsert

_FINGERPRINTS = table_of(FingerprintRecord)
_BLOCKS = table_of(HashBlockRecord)
_READ_AT_ONCE = 32
_HASH_BYTES = 8


def pack(connection: Connection, orders: Iterable[int]) -> None:
    """The blocks of these arrivals, as their fingerprints are now."""
    blocks = sorted({order // ARRIVALS_PER_BLOCK for order in orders})
    upsert(
        connection,
        HashBlockRecord,
        [_packed(connection, block) for block in blocks],
        key=["block"],
    )


def known_hashes(connection: Connection, before: int) -> Iterator[KnownHashes]:
    rows = connection.execution_options(yield_per=_READ_AT_ONCE).execute(
        select(_BLOCKS)
        .where(_BLOCKS.c.block <= (before - 1) // ARRIVALS_PER_BLOCK)
        .order_by(_BLOCKS.c.block)
    )
    for some in rows.mappings().partitions():
        yield _unpacked(some, before)


def _packed(connection: Connection, block: int) -> dict[str, object]:
    first = block * ARRIVALS_PER_BLOCK
    arrival = _FINGERPRINTS.c.arrival
    rows = connection.execute(
        select(arrival, _FINGERPRINTS.c.phash, _FINGERPRINTS.c.dhash, _FINGERPRINTS.c.ring_hashes)
        .where(_FINGERPRINTS.c.comparable)
        .where(arrival >= first, arrival < first + ARRIVALS_PER_BLOCK)
        .order_by(arrival)
    ).all()
    rings = [each or b"" for *_, each in rows]
    places = np.array([order - first for order, *_ in rows], "<u2")
    return {
        "block": block,
        "places": places.tobytes(),
        "phashes": np.array([phash for _, phash, *_ in rows], "<i8").tobytes(),
        "dhashes": np.array([dhash for _, _, dhash, _ in rows], "<i8").tobytes(),
        "ring_places": np.repeat(places, [len(each) // _HASH_BYTES for each in rings]).tobytes(),
        "ring_hashes": b"".join(rings),
    }


def _unpacked(blocks: Sequence[RowMapping], before: int) -> KnownHashes:
    order, ring_order = _orders(blocks, "places"), _orders(blocks, "ring_places")
    known, rings = order < before, ring_order < before
    return KnownHashes(
        order=order[known],
        phash=_hashes(blocks, "phashes")[known],
        dhash=_hashes(blocks, "dhashes")[known],
        ring_order=ring_order[rings],
        ring_hash=_hashes(blocks, "ring_hashes")[rings],
    )


def _orders(blocks: Sequence[RowMapping], column: str) -> NDArray[np.int64]:
    return np.concatenate(
        [
            np.frombuffer(each[column], "<u2") + np.int64(each["block"] * ARRIVALS_PER_BLOCK)
            for each in blocks
        ]
    )


def _hashes(blocks: Sequence[RowMapping], column: str) -> NDArray[np.uint64]:
    return np.frombuffer(b"".join(each[column] for each in blocks), "<u8").astype(np.uint64)
