"""Finished rows of a step that is still under way: parts of the table it will write.

A part is an object of its own, there in full or not at all, and no reader of the table sees it.
"""

import time
import uuid
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Generic, TypeVar

from darkroom.batches import is_batch_key
from darkroom.errors import BatchUnknown, ObjectMissing, TableUnreadable
from darkroom.ports import Store
from darkroom.rows import PhotoPart
from darkroom.storage.stored_rows import StoredRows
from darkroom.storage.tables import STAGE, parquet

R = TypeVar("R", bound=PhotoPart)
FOLDER = "checkpoints"
_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Parts(Generic[R]):
    """The parts of one stage and batch. Every method raises `StoreUnavailable`."""

    store: Store
    stage: str
    batch: str
    row: type[R]

    def write(self, rows: Sequence[R]) -> str:
        """Keep rows as one more part; its name."""
        name = f"{self._prefix}{time.time_ns():020d}-{uuid.uuid4().hex[:8]}.parquet"
        self.store.put(name, parquet(rows))
        return name

    def read(self, *, log: Callable[[str], None]) -> tuple[list[R], list[str]]:
        """All rows, oldest part first, and the names of the parts they are from.

        Whoever has written the table removes its parts: one that is gone in the meantime is left
        out, and the table has its rows. So is one that cannot be read; the log says so.
        """

        def found(name: str) -> list[R]:
            try:
                data = self.store.read(name)
                return list(StoredRows(data, self.row, self.stage, self.store.uri(name)))
            except ObjectMissing:
                return []
            except TableUnreadable:
                log(f"{self.store.uri(name)} cannot be read; its photos are worked on again")
                return []

        names = list(self.store.names(self._prefix))
        if not names:
            return [], []
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            return [row for rows in pool.map(found, names) for row in rows], names

    def remove(self, names: Iterable[str]) -> None:
        """Forget these parts; harmless when they are gone."""
        wanted = list(names)
        if wanted:
            with ThreadPoolExecutor(_AT_ONCE) as pool:
                list(pool.map(self.store.delete, wanted))

    @property
    def _prefix(self) -> str:
        """Ends in a character that no batch key has: `b1` must not find the parts of `b1.2`."""
        if STAGE.fullmatch(self.stage) is None:
            raise ValueError(f"there are no parts of stage {self.stage!r}")
        if not is_batch_key(self.batch):
            raise BatchUnknown(self.batch)
        return f"{FOLDER}/{self.stage}/{self.batch}!"
