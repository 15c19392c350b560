"""Rows of a table that was written: as columns they take little, as objects many times that."""

from collections.abc import Iterator, Mapping
from typing import Any, Generic, TypeVar

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import TypeAdapter, ValidationError

from darkroom.errors import TableUnreadable
from darkroom.rows import PhotoPart

R = TypeVar("R", bound=PhotoPart)

ROWS_AT_ONCE = 100
"""Made of columns, or into them, together: what is in between takes as much memory as the rows."""


class StoredRows(Generic[R]):
    """A Parquet file's rows, in their order.

    With `columns`, only those are read, as far as the file has them. A file that is other than it
    should be raises `TableUnreadable`, at once or when a row is made.
    """

    def __init__(
        self, data: bytes, row: type[R], stage: str, uri: str, columns: list[str] | None = None
    ) -> None:
        self._stage, self._uri = stage, uri
        try:
            # Without threads: a thread pool per worker process costs more than it saves here.
            self._table = pq.ParquetFile(pa.BufferReader(data)).read(columns, use_threads=False)
        except (pa.ArrowException, OSError) as error:
            raise TableUnreadable(uri, stage, str(error).partition("\n")[0]) from error
        self._rows: TypeAdapter[list[R]] = TypeAdapter(list[row])  # type: ignore[valid-type]  # a type known at run time

    def __iter__(self) -> Iterator[R]:
        for start in range(0, self._table.num_rows, ROWS_AT_ONCE):
            yield from self.some(start)

    def some(self, start: int) -> list[R]:
        """Those from `start` on, `ROWS_AT_ONCE` at most."""
        try:
            return self._rows.validate_python(self._table.slice(start, ROWS_AT_ONCE).to_pylist())
        except (pa.ArrowException, OSError) as error:
            raise self._unreadable(str(error).partition("\n")[0]) from error
        except ValidationError as error:
            wrong = error.errors(include_url=False, include_input=False)[0]
            place, *inside = wrong["loc"]
            where = ".".join(str(part) for part in (start + int(place), *inside))
            raise self._unreadable(f"{where}: {wrong['msg']}") from error

    def column(self, name: str) -> list[Any]:
        """All values of one column."""
        try:
            return self._table.column(name).to_pylist()
        except KeyError as error:
            raise self._unreadable(f"it has no column {name}") from error

    def _unreadable(self, why: str) -> TableUnreadable:
        return TableUnreadable(self._uri, self._stage, why)


class ByPhoto(Mapping[str, R]):
    """Stored rows by their photo_id.

    Few are kept, those that were asked for last: who asks for photos in the order of the table has
    each row made once.
    """

    def __init__(self, stored: StoredRows[R]) -> None:
        self._stored = stored
        ids: list[str] = stored.column("photo_id")
        self._places = {photo_id: place for place, photo_id in enumerate(ids)}
        self._start, self._kept = 0, list[R]()

    def __getitem__(self, photo_id: str) -> R:
        place = self._places[photo_id]
        if not self._start <= place < self._start + len(self._kept):
            self._start = place - place % ROWS_AT_ONCE
            self._kept = self._stored.some(self._start)
        return self._kept[place - self._start]

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)
