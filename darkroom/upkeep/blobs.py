"""Blobs that nobody names: which they are, and how they go without anyone losing a photo.

A blob is named by the rows of a stage's table, or of a checkpoint of a step that is under way.
Rows are written after their blobs, hours later in a long step, so a blob without a row may be one
whose row is still to come. It is told by its age: whoever adds a blob, also one that is there
already, makes it new (`PrunableStore`), and new blobs are left alone. In this order, then,

1. blobs are listed, and those that are young are left out;
2. rows of checkpoints are read, then those of tables: a checkpoint is removed only once its rows
   stand in a table, so none is missed in between;
3. each blob that no row names is forgotten, unless it was added in the meantime.

A row that is written after 2 names blobs that were added before, and less than the age ago, for no
step takes that long; or blobs of an earlier row in the same table, which was read. Deliveries are
copies and name nothing here.
"""

import io
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from darkroom.errors import ObjectMissing, TableUnreadable
from darkroom.ports import Store
from darkroom.stages.batch_tables import STAGE_ROWS
from darkroom.storage.blobs import blob_name, is_sha256
from darkroom.upkeep.prunable_store import PrunableStore, Unfinished
from darkroom.upkeep.sweeping import Leftover, Sweep

_BLOBS = "blobs/"
_COLUMN = "sha256"
# Checkpoints first: see above.
_NAMING = (
    "checkpoints/",
    *(f"tables/{stage}/" for stage, row in STAGE_ROWS.items() if _COLUMN in row.model_fields),
)
_OURS = (_BLOBS, "tables/", "checkpoints/", "reports/")
"""A bucket or folder may hold other people's things beside ours."""
_AT_ONCE = 8


def unreferenced_blobs(store: PrunableStore, *, written_before: float) -> Sweep:
    """Blobs that were added last before this moment and that no row names.

    Finding raises `TableUnreadable` when a table cannot be read: what it names is not known.
    """

    def find() -> Iterator[tuple[Leftover, Callable[[], bool]]]:
        old = {
            kept.name: kept.bytes
            for kept in store.listing(_BLOBS)
            if kept.written_at < written_before
        }
        if not old:
            return
        for name in referenced_blobs(store):
            old.pop(name, None)
        for name, size in old.items():
            yield (
                Leftover(name, size),
                lambda name=name: store.forget(  # type: ignore[misc]  # mypy infers no lambda with defaults
                    name, unless_written_since=written_before
                ),
            )

    return Sweep("unreferenced blobs", find)


def unfinished_writes(store: PrunableStore, *, begun_before: float) -> Sweep:
    """What processes that were killed have left of their writes."""

    def discarded(each: Unfinished) -> bool:
        store.discard(each)
        return True

    def find() -> Iterator[tuple[Leftover, Callable[[], bool]]]:
        for folder in _OURS:
            for each in store.unfinished(folder, begun_before=begun_before):
                yield Leftover(each.name, each.bytes), partial(discarded, each)

    return Sweep("unfinished writes", find)


def referenced_blobs(store: Store) -> Iterator[str]:
    """Names of blobs that any row names, some of them several times."""

    def named(name: str) -> set[str]:
        try:
            return _digests(store.read(name))
        except ObjectMissing:
            return set()  # a checkpoint that has become a table
        except (pa.ArrowException, OSError) as error:
            stage = name.split("/")[1]
            raise TableUnreadable(store.uri(name), stage, str(error).partition("\n")[0]) from error

    for prefix in _NAMING:
        with ThreadPoolExecutor(_AT_ONCE) as threads:
            for digests in threads.map(named, store.names(prefix)):
                yield from map(blob_name, digests)


def _digests(parquet: bytes) -> set[str]:
    """What stands in the columns named `sha256`, at any depth."""
    file = pq.ParquetFile(io.BytesIO(parquet))
    paths = [file.schema.column(place).path for place in range(len(file.schema))]
    wanted = [path for path in paths if path.rpartition(".")[2] == _COLUMN]
    if not wanted:
        return set()
    return set(_texts(file.read(columns=wanted, use_threads=False).columns))


def _texts(columns: "Iterable[pa.ChunkedArray[Any]]") -> Iterator[str]:
    for column in columns:
        if pa.types.is_struct(column.type):
            yield from _texts(column.flatten())
        else:
            yield from (text for text in column.to_pylist() if text and is_sha256(text))
