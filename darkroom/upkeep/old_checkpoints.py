"""Checkpoints that were left behind by a step whose table is written."""

from collections.abc import Callable, Iterator
from functools import partial

from darkroom.storage.checkpoints import FOLDER
from darkroom.upkeep.prunable_store import Kept, PrunableStore
from darkroom.upkeep.sweeping import Leftover, Sweep

_TABLE_OF = {"ingest": "photos"}
"""A step that makes several tables, by the first of them; any other makes its own."""


def superseded_checkpoints(store: PrunableStore, *, written_before: float) -> Sweep:
    """Parts older than this moment and than the table of their stage and batch.

    Such a table has their rows. A part without one is a killed step's, and is kept for the next.
    """

    def find() -> Iterator[tuple[Leftover, Callable[[], bool]]]:
        old = [part for part in store.listing(f"{FOLDER}/") if part.written_at < written_before]
        written = _tables(store, {_stage(part) for part in old})
        for part in old:
            if part.written_at < written.get(_table(part), 0.0):
                yield Leftover(part.name, part.bytes), partial(_deleted, store, part.name)

    return Sweep("checkpoints", find)


def _deleted(store: PrunableStore, name: str) -> bool:
    """No part is ever written again: it has a name of its own."""
    store.delete(name)
    return True


def _tables(store: PrunableStore, stages: set[str]) -> dict[str, float]:
    return {
        table.name: table.written_at
        for stage in stages
        for table in store.listing(f"tables/{_TABLE_OF.get(stage, stage)}/")
    }


def _stage(part: Kept) -> str:
    return part.name.split("/")[1]


def _table(part: Kept) -> str:
    batch = part.name.split("/")[2].partition("!")[0]
    stage = _stage(part)
    return f"tables/{_TABLE_OF.get(stage, stage)}/{batch}.parquet"
