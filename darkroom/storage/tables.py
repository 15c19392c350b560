"""The durable result of every stage: one Parquet file per stage and batch, one row per photo."""

import hashlib
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import pyarrow as pa
import pyarrow.parquet as pq

from darkroom.batches import is_batch_key
from darkroom.errors import BatchUnknown, ObjectMissing
from darkroom.ports import Store
from darkroom.rows import PhotoPart
from darkroom.storage.arrow_schema import arrow_schema
from darkroom.storage.replacing import put_if_changed
from darkroom.storage.storable_text import storable_tree
from darkroom.storage.stored_rows import ROWS_AT_ONCE, ByPhoto, StoredRows

R = TypeVar("R", bound=PhotoPart)
STAGE = re.compile(r"[a-z][a-z0-9_]{0,49}")


def table_name(stage: str, batch: str) -> str:
    """`tables/<stage>/<batch>.parquet`. Raises `BatchUnknown` for a key that no batch can have."""
    if STAGE.fullmatch(stage) is None:
        raise ValueError(f"there is no table of stage {stage!r}")
    if not is_batch_key(batch):
        raise BatchUnknown(batch)
    return f"tables/{stage}/{batch}.parquet"


@dataclass(frozen=True)
class Tables:
    """Stage tables on a store. The same rows always make the same bytes."""

    store: Store

    def read(self, stage: str, batch: str, row: type[R]) -> list[R]:
        """All rows in the order in which they were written; empty when there never was a table.

        A column that was not yet known when the table was written has its default. Raises
        `TableUnreadable` for a file that is damaged or of another shape.
        """
        stored = self._stored(stage, batch, row)
        return [] if stored is None else list(stored)

    def by_photo(self, stage: str, batch: str, row: type[R]) -> Mapping[str, R]:
        """The same by photo_id, made when they are asked for: looking may raise, too."""
        stored = self._stored(stage, batch, row)
        return {} if stored is None else ByPhoto(stored)

    def read_part(self, stage: str, batch: str, part: type[R]) -> list[R]:
        """Of all rows only what `part` names, which takes less the less that is.

        Columns that it does not name are not looked at; else as `read`.
        """
        stored = self._stored(stage, batch, part, columns=list(part.model_fields))
        return [] if stored is None else list(stored)

    def sha256(self, stage: str, batch: str) -> str | None:
        """Of the table's bytes; None when there never was a table."""
        try:
            return hashlib.sha256(self.store.read(table_name(stage, batch))).hexdigest()
        except ObjectMissing:
            return None

    def write(self, stage: str, batch: str, rows: Sequence[PhotoPart]) -> bool:
        """Replace the table in one step; True when its bytes changed, else nothing is written.

        All rows are of one model, each photo has one; anything else raises `ValueError`.
        """
        return put_if_changed(self.store, table_name(stage, batch), parquet(rows))

    def _stored(
        self, stage: str, batch: str, row: type[R], columns: list[str] | None = None
    ) -> StoredRows[R] | None:
        name = table_name(stage, batch)
        try:
            data = self.store.read(name)
        except ObjectMissing:
            return None
        return StoredRows(data, row, stage, self.store.uri(name), columns)


def parquet(rows: Sequence[PhotoPart]) -> bytes:
    """Rows as a Parquet file: the same bytes for the same rows, on one version of Arrow."""
    model = type(rows[0]) if rows else PhotoPart
    if any(type(row) is not model for row in rows):
        raise ValueError(f"rows of one table are all of one model, here {model.__name__}")
    if len({row.photo_id for row in rows}) != len(rows):
        raise ValueError("a table has one row per photo")
    schema = arrow_schema(model)
    parts = [
        _columns(rows[start : start + ROWS_AT_ONCE], schema)
        for start in range(0, len(rows), ROWS_AT_ONCE)
    ]
    sink = io.BytesIO()
    # In one piece: where parts begin would show in the bytes.
    table = pa.Table.from_batches(parts, schema=schema).combine_chunks()
    pq.write_table(table, sink, compression="zstd")
    return sink.getvalue()


def _columns(rows: Sequence[PhotoPart], schema: pa.Schema) -> pa.RecordBatch:
    dumped = [row.model_dump() for row in rows]
    try:
        return pa.RecordBatch.from_pylist(dumped, schema=schema)
    except UnicodeEncodeError:
        return pa.RecordBatch.from_pylist(storable_tree(dumped), schema=schema)
