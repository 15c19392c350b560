"""Logs of runs that ended long ago; Dagster keeps them for ever.

What the UI shows of a partition rests on the latest events of each asset in it: the last
materialization, the last that was planned, the last answer of its check; and on the run of a
planned one, whose failure makes the partition red. `delete_run` removes these with the run. So

- of a batch that is complete, runs that hold none of these are deleted: later ones replaced them;
- those that hold any lose their own log, which in SQLite is a file per run, and keep the rest;
- batches that failed keep all of their runs: their logs are still to be read, and their number
  bounds how often the batch is retried.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import dagster as dg
import sqlalchemy as sa
from dagster._core.execution.backfill import BULK_ACTION_TERMINAL_STATUSES
from dagster._core.storage.dagster_run import FINISHED_STATUSES
from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.storage.event_log.schema import (
    AssetCheckExecutionsTable,
    SqlEventLogStorageTable,
)
from dagster._core.storage.event_log.sql_event_log import SqlEventLogStorage
from dagster._core.storage.local_compute_log_manager import LocalComputeLogManager
from dagster._core.storage.tags import BACKFILL_ID_TAG, PARTITION_NAME_TAG

from darkroom.batches import BatchState
from darkroom.upkeep.sweeping import Leftover, Sweep

_PAGE = 500
_STATE_EVENTS = [
    dg.DagsterEventType.ASSET_MATERIALIZATION,
    dg.DagsterEventType.ASSET_MATERIALIZATION_PLANNED,
    dg.DagsterEventType.ASSET_FAILED_TO_MATERIALIZE,
]
_SHARD_FILES = (".db", ".db-wal", ".db-shm")

Found = Iterator[tuple[Leftover, Callable[[], bool]]]


def old_runs(
    instance: dg.DagsterInstance,
    *,
    ended_before: float,
    state_of: Callable[[str], BatchState | None],
) -> Sweep:
    """Runs that nobody needs, and logs of those that are needed for what they came to.

    `state_of` says where a batch stands; None when it is not known, and then nothing is touched.
    """

    def find() -> Found:
        storage = instance.event_log_storage
        if not isinstance(storage, SqlEventLogStorage):
            return
        ended = list(_ended(instance, ended_before, state_of))
        needed = _runs_that_hold_a_state(storage) if ended else set()
        for run_id in ended:
            if run_id not in needed:
                size = _log_bytes(instance, run_id)
                yield Leftover(run_id, size), partial(_delete, instance, run_id)
            elif isinstance(storage, SqliteEventLogStorage):
                size = _event_bytes(Path(storage.path_for_shard(run_id)))
                if size:
                    leftover = Leftover(f"log of {run_id}", size + _printed_bytes(instance, run_id))
                    yield leftover, partial(_empty, instance, storage, run_id)

    return Sweep("logs of runs", find)


def _ended(
    instance: dg.DagsterInstance,
    ended_before: float,
    state_of: Callable[[str], BatchState | None],
) -> Iterator[str]:
    """Runs that ended before this moment, and are not of a batch or backfill that needs them."""
    wanted = dg.RunsFilter(
        statuses=FINISHED_STATUSES, updated_before=datetime.fromtimestamp(ended_before, UTC)
    )
    backfills = {
        each.backfill_id
        for each in instance.get_backfills()
        if each.status not in BULK_ACTION_TERMINAL_STATUSES
    }
    cursor: str | None = None
    while records := instance.get_run_records(wanted, limit=_PAGE, cursor=cursor):
        cursor = records[-1].dagster_run.run_id
        for record in records:
            tags = record.dagster_run.tags
            batch = tags.get(PARTITION_NAME_TAG)
            if batch is not None and state_of(batch) is not BatchState.COMPLETE:
                continue
            if tags.get(BACKFILL_ID_TAG) not in backfills:
                yield record.dagster_run.run_id


def _runs_that_hold_a_state(storage: SqlEventLogStorage) -> set[str]:
    """Runs with the latest event of its kind of any asset's partition or check."""
    events, checks = SqlEventLogStorageTable.c, AssetCheckExecutionsTable.c
    latest_events = (
        sa.select(sa.func.max(events.id))
        .where(events.dagster_event_type.in_([each.value for each in _STATE_EVENTS]))
        .group_by(events.asset_key, events.partition, events.dagster_event_type)
    )
    latest_checks = sa.select(sa.func.max(checks.id)).group_by(
        checks.asset_key, checks.check_name, checks.partition
    )
    with storage.index_connection() as connection:
        return {
            *connection.execute(
                sa.select(events.run_id).where(events.id.in_(latest_events))
            ).scalars(),
            *connection.execute(
                sa.select(checks.run_id).where(checks.id.in_(latest_checks))
            ).scalars(),
        }


def _delete(instance: dg.DagsterInstance, run_id: str) -> bool:
    if not instance.has_run(run_id):
        return False
    instance.delete_run(run_id)
    instance.compute_log_manager.delete_logs(prefix=[run_id])
    for path in _shard(instance, run_id):
        path.unlink(missing_ok=True)
    return True


def _empty(instance: dg.DagsterInstance, storage: SqliteEventLogStorage, run_id: str) -> bool:
    """In place: a process that has seen the file before expects its tables there."""
    with closing(sqlite3.connect(storage.path_for_shard(run_id), isolation_level=None)) as log:
        log.execute("DELETE FROM event_logs")
        log.execute("VACUUM")
    instance.compute_log_manager.delete_logs(prefix=[run_id])
    return True


def _event_bytes(path: Path) -> int:
    """What the events in a run's log take; 0 when it is empty, or not there."""
    if not path.is_file():
        return 0
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as log:
        try:
            [(size,)] = log.execute("SELECT COALESCE(SUM(LENGTH(event)), 0) FROM event_logs")
        except sqlite3.OperationalError:  # made, and never written to
            return 0
        return int(size)


def _shard(instance: dg.DagsterInstance, run_id: str) -> Iterator[Path]:
    """The files of a run's own log, where it has its own."""
    storage = instance.event_log_storage
    if isinstance(storage, SqliteEventLogStorage):
        whole = Path(storage.path_for_shard(run_id))
        yield from (whole.with_suffix(suffix) for suffix in _SHARD_FILES)


def _log_bytes(instance: dg.DagsterInstance, run_id: str) -> int:
    return _printed_bytes(instance, run_id) + sum(
        path.stat().st_size for path in _shard(instance, run_id) if path.is_file()
    )


def _printed_bytes(instance: dg.DagsterInstance, run_id: str) -> int:
    """What its steps printed, where that is on this machine."""
    manager = instance.compute_log_manager
    if not isinstance(manager, LocalComputeLogManager):
        return 0
    size = 0
    for path in Path(manager._base_dir, run_id).rglob("*"):  # noqa: SLF001 - nobody else says where
        with suppress(FileNotFoundError):
            size += path.stat().st_size if path.is_file() else 0
    return size
