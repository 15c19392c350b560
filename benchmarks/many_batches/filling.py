"""A home with thousands of batches behind it: copies of two that were imported, one of them failed.

What is known of a batch is written through the project's own adapters. What Dagster knows of it is
copied row by row in its own databases: through its storage a batch takes a second. The log that a
run has for itself is there only for what failed: of a healthy batch no page and no tick reads it.
"""

import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import dagster as dg

from darkroom.rows import Entry
from darkroom.stages.batch_tables import MANIFESTS, STAGE_ROWS, known_results
from orchestration.instance import open_instance
from orchestration.tags import PARTITION_TAG
from orchestration.wiring import Adapters

_AT_ONCE = 100
_BY_RUN = {"runs.db": ("runs", "run_tags"), "runs/index.db": ("asset_check_executions",)}
_EVENT_REFERENCES = {
    "event_id",
    "evaluation_event_storage_id",
    "materialization_event_storage_id",
}

Row = dict[str, object]


@dataclass(frozen=True, slots=True)
class Copy:
    """One batch as another."""

    batch: str
    run: str
    like_batch: str
    like_run: str

    def of(self, row: Row, event_shift: int = 0) -> Row:
        """What a row says, said of the copy. It gets an id of its own."""
        return {
            column: self._value(column, value, event_shift)
            for column, value in row.items()
            if column != "id"
        }

    def text(self, said: str) -> str:
        return said.replace(self.like_run, self.run).replace(self.like_batch, self.batch)

    def _value(self, column: str, value: object, event_shift: int) -> object:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, int) and column in _EVENT_REFERENCES:
            return value + event_shift
        return value


class Filling:
    """Adds copies of an imported batch to its home."""

    def __init__(self, adapters: Adapters, like: str) -> None:
        self._adapters = adapters
        self._like = like
        self._history = adapters.home.root / "history"
        self._batch = adapters.records.batch(like)
        self._entries = adapters.tables.read(MANIFESTS, like, Entry)
        self._results = known_results(adapters.tables, like)
        with open_instance(adapters.home, adapters.settings) as instance:
            (run,) = instance.get_runs(dg.RunsFilter(tags={PARTITION_TAG: like}))
        self._run = run.run_id

    def add(self, count: int, *, named: str, whole: bool) -> Iterator[int]:
        """How many are there, every so often. Only of the `whole` everything is copied."""
        for first in range(0, count, _AT_ONCE):
            copies = [
                Copy(
                    batch=f"{named}-{number:05}",
                    run=f"{self._run[:-5]}{number:05}",
                    like_batch=self._like,
                    like_run=self._run,
                )
                for number in range(first, min(first + _AT_ONCE, count))
            ]
            for copy in copies:
                self._known_to_darkroom(copy, whole=whole)
            self._known_to_dagster(copies, whole=whole)
            yield first + len(copies)

    def _known_to_darkroom(self, copy: Copy, *, whole: bool) -> None:
        tables, records = self._adapters.tables, self._adapters.records
        assert self._batch is not None  # noqa: S101 - it was imported a moment ago
        entries = [
            entry.model_copy(update={"identity": f"{copy.batch}/{entry.photo_id}"})
            for entry in self._entries
        ]
        records.open_batch(self._batch.model_copy(update={"key": copy.batch}), entries)
        records.save(copy.batch, self._results)
        if whole:
            tables.write(MANIFESTS, copy.batch, entries)
            for stage, row in STAGE_ROWS.items():
                tables.write(stage, copy.batch, tables.read(stage, self._like, row))

    def _known_to_dagster(self, copies: Sequence[Copy], *, whole: bool) -> None:
        for file, tables in _BY_RUN.items():
            with closing(_opened(self._history / file)) as database, database:
                shifts = self._events(database, copies) if file.endswith("index.db") else {}
                for table in tables:
                    for row in _rows(database, table, "run_id = ?", self._run):
                        for copy in copies:
                            _insert(database, table, copy.of(row, shifts.get(copy.run, 0)))
        if whole:
            for copy in copies:
                self._own_log(copy)

    def _events(self, database: sqlite3.Connection, copies: Sequence[Copy]) -> dict[str, int]:
        """By run, how much higher the ids of its events are than those of its template."""
        wanted = "run_id = ? OR partition = ? ORDER BY id"
        events = _rows(database, "event_logs", wanted, self._run, self._like)
        ids = [int(str(event["id"])) for event in events]
        tags = [
            tag
            for event in ids
            for tag in _rows(database, "asset_event_tags", "event_id = ?", event)
        ]
        [(last,)] = database.execute("SELECT MAX(id) FROM event_logs").fetchall()
        shifts = {}
        for copy in copies:
            shifts[copy.run] = last + 1 - ids[0]
            for event, old in zip(events, ids, strict=True):
                _insert(database, "event_logs", {"id": old + shifts[copy.run], **copy.of(event)})
            for tag in tags:
                _insert(database, "asset_event_tags", copy.of(tag, shifts[copy.run]))
            partition: Row = {"partitions_def_name": "batches", "partition": copy.batch}
            _insert(database, "dynamic_partitions", partition)
            last = ids[-1] + shifts[copy.run]
        return shifts

    def _own_log(self, copy: Copy) -> None:
        runs = self._history / "runs"
        path = runs / f"{copy.run}.db"
        shutil.copyfile(runs / f"{self._run}.db", path)
        with closing(_opened(path)) as log, log:
            for row in _rows(log, "event_logs", "true"):
                other = {"run_id": copy.run, "event": copy.text(str(row["event"]))}
                log.execute(
                    "UPDATE event_logs SET run_id = :run_id, event = :event WHERE id = :id",
                    {**other, "id": row["id"]},
                )


def _opened(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(path)
    database.row_factory = sqlite3.Row
    return database


def _rows(database: sqlite3.Connection, table: str, where: str, *values: object) -> list[Row]:
    found = database.execute(f"SELECT * FROM {table} WHERE {where}", values)  # noqa: S608 - ours
    return [dict(row) for row in found]


def _insert(database: sqlite3.Connection, table: str, row: Row) -> None:
    names = ", ".join(f'"{name}"' for name in row)
    places = ", ".join("?" for _ in row)
    statement = f"INSERT INTO {table} ({names}) VALUES ({places})"  # noqa: S608 - ours
    database.execute(statement, list(row.values()))
