"""Everything a home holds in the end, in a form in which two homes can be compared.

Left out is what may differ between two runs of the same photos: the home's own path, times,
durations, which of two batches came first, and digests of these. A pair of duplicates is
therefore a pair, whichever of the two names the other.
"""

import hashlib
import json
import struct
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from darkroom.ports import Store
from darkroom.rows import Entry, Row
from darkroom.stages.batch_tables import STAGE_ROWS
from darkroom.storage.tables import Tables
from orchestration.wiring import Adapters

_VOLATILE = {
    *("opening", "opened_at", "arrival", "seconds"),
    *("inputs", "batch_inputs", "list_sha256"),
}
_PAIRS = {"duplicates"}
_BLOCKS = "hash_blocks"

Snapshot = Mapping[str, list[str]]
"""Part of a home → its rows or names, sorted."""


def snapshot(adapters: Adapters, database_url: str) -> Snapshot:
    """All rows of the database, all tables and objects of the store, and all deliveries."""
    parts: dict[str, list[str]] = {}
    parts |= {f"database {name}": rows for name, rows in _database(database_url)}
    parts |= {f"table {name}": rows for name, rows in _tables(adapters)}
    parts["blobs"] = _objects(adapters.store, "blobs/")
    parts["deliveries"] = _objects(adapters.delivery_target, "")
    root = str(adapters.home.root)
    return {part: [row.replace(root, "HOME") for row in rows] for part, rows in parts.items()}


def differences(one: Snapshot, other: Snapshot, *, shown: int = 5) -> list[str]:
    """One line per difference, a few of each part; empty when nothing is lost, added or changed."""
    said = []
    for part in sorted({*one, *other}):
        left, right = one.get(part, []), other.get(part, [])
        if left == right:
            continue
        missing, added = _minus(left, right), _minus(right, left)
        said.append(f"{part}: {len(left)} rows and {len(right)} rows")
        said += [f"  only in the first: {row[:300]}" for row in missing[:shown]]
        said += [f"  only in the second: {row[:300]}" for row in added[:shown]]
    return said


def _database(url: str) -> Iterator[tuple[str, list[str]]]:
    engine = sa.create_engine(url)
    metadata = sa.MetaData()
    metadata.reflect(engine)
    with engine.connect() as connection:
        for table in metadata.sorted_tables:
            if table.name.startswith("alembic"):
                continue
            rows = [dict(row._mapping) for row in connection.execute(sa.select(table))]
            if table.name in _PAIRS:
                rows, same = _without_copies(rows)
                yield f"{table.name} of the same bytes", same
            if table.name == _BLOCKS:
                yield table.name, sorted(line for block in rows for line in _hashes(block))
            else:
                yield table.name, sorted(_line(table.name, row) for row in rows)
    engine.dispose()


def _hashes(block: dict[str, Any]) -> Iterator[str]:
    """What a block holds of each of its photos, which lie in it as they arrived."""
    rings: dict[int, list[int]] = {}
    for place, ring in zip(
        _unpacked("H", block["ring_places"]), _unpacked("Q", block["ring_hashes"]), strict=True
    ):
        rings.setdefault(place, []).append(ring)
    for place, phash, dhash in zip(
        _unpacked("H", block["places"]),
        _unpacked("Q", block["phashes"]),
        _unpacked("Q", block["dhashes"]),
        strict=True,
    ):
        yield json.dumps({"phash": phash, "dhash": dhash, "rings": rings.pop(place, [])})
    if rings:
        yield f"rings of no photo: {rings}"


def _unpacked(kind: str, data: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(data) // struct.calcsize(kind)}{kind}", data)


def _without_copies(rows: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[str]]:
    """Copies name the first of them that arrived, whichever that was: here they are a group."""
    groups: dict[str, set[str]] = {}
    for row in rows:
        if row["kind"] != "exact":
            continue
        pair = {
            f"{row['batch']}/{row['photo_id']}",
            f"{row['of_batch']}/{row['of_photo_id']}",
        }
        group = pair.union(*(groups.get(photo, set()) for photo in pair))
        groups.update(dict.fromkeys(group, group))
    same = sorted({json.dumps(sorted(group)) for group in groups.values()})
    return [row for row in rows if row["kind"] != "exact"], same


def _tables(adapters: Adapters) -> Iterator[tuple[str, list[str]]]:
    tables = Tables(adapters.store)
    kinds: dict[str, type[Row | Entry]] = {"manifests": Entry, **STAGE_ROWS}
    for stage, kind in kinds.items():
        batches = [Path(name).stem for name in adapters.store.names(f"tables/{stage}/")]
        yield (
            stage,
            sorted(
                _line(stage, {"batch": batch, **row.model_dump(mode="json")})
                for batch in batches
                for row in tables.read(stage, batch, kind)
            ),
        )


def _objects(store: Store, prefix: str) -> list[str]:
    lines = []
    for name in store.names(prefix):
        # The list of results names the first of two copies, which may be either.
        data = b"" if name.endswith("results.csv") else store.read(name)
        lines.append(f"{name} {hashlib.sha256(data).hexdigest()}")
    return sorted(lines)


def _line(table: str, row: dict[str, Any]) -> str:
    kept = {key: value for key, value in row.items() if key not in _VOLATILE}
    if table in _PAIRS:
        kept = _as_pairs(kept)
    return json.dumps(kept, sort_keys=True, default=str)


def _as_pairs(row: dict[str, Any]) -> dict[str, Any]:
    """Of a row that says whom a photo resembles: nothing of who was first."""
    own = f"{row['batch']}/{row['photo_id']}"
    if "of_batch" in row:
        other = f"{row.pop('of_batch')}/{row.pop('of_photo_id')}"
        row = {**row, "pair": sorted([own, other])}
        for key in ("batch", "photo_id", "position"):
            row.pop(key)
        return row
    return {key: row[key] for key in ("batch", "photo_id", "outcome")}


def _minus(rows: list[str], others: list[str]) -> list[str]:
    left = list(rows)
    known = set(others)
    return [row for row in left if row not in known]
