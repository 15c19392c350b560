"""What is read from Dagster's databases is what Dagster says."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing

import dagster as dg
import pytest

from assets.partitions import BATCHES, batches
from darkroom.batches import BatchState
from darkroom.settings import Settings
from orchestration.batch_states import batch_states
from orchestration.gate_log import GateLog
from orchestration.home import Home
from orchestration.instance import open_instance
from orchestration.tags import PARTITION_TAG


class Broken(dg.Config):
    """Whether the gate stays shut."""

    broken: bool


@dg.asset(partitions_def=batches)
def batch_report(config: Broken) -> None:
    """The gate."""
    if config.broken:
        raise dg.Failure("a photo failed")


GATE_JOB = dg.Definitions(
    assets=[batch_report], jobs=[dg.define_asset_job("gate", [batch_report])]
).resolve_job_def("gate")


@pytest.fixture
def instance(home: Home) -> Iterator[dg.DagsterInstance]:
    with open_instance(home, Settings()) as instance:
        yield instance


def go_through(instance: dg.DagsterInstance, batch: str, what: str) -> None:
    """A run of the batch that comes to this."""
    config = {
        "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
        "ops": {"batch_report": {"config": {"broken": what == "failed"}}},
    }
    if what in {"done", "failed"}:
        dg.materialize(
            [batch_report],
            partition_key=batch,
            instance=instance,
            run_config=config,
            raise_on_error=False,
        )
        return
    status = dg.DagsterRunStatus.NOT_STARTED if what == "created" else dg.DagsterRunStatus.STARTED
    run = instance.create_run_for_job(
        GATE_JOB, run_config=config, tags={PARTITION_TAG: batch}, status=status
    )
    if what == "cancelled":
        instance.report_run_canceled(run)
    if what == "deleted":
        instance.delete_run(run.run_id)


@pytest.mark.parametrize(
    ("runs", "state"),
    [
        ((), BatchState.WAITING),
        (("created",), BatchState.RUNNING),
        (("running",), BatchState.RUNNING),
        (("cancelled",), BatchState.WAITING),
        (("deleted",), BatchState.WAITING),
        (("done",), BatchState.COMPLETE),
        (("done", "done"), BatchState.COMPLETE),
        (("done", "running"), BatchState.RUNNING),
        (("done", "cancelled"), BatchState.COMPLETE),
        (("done", "failed"), BatchState.FAILED),
        (("failed",), BatchState.FAILED),
        (("failed", "done"), BatchState.COMPLETE),
        (("failed", "running"), BatchState.RUNNING),
        (("failed", "cancelled"), BatchState.FAILED),
        (("failed", "done", "cancelled"), BatchState.COMPLETE),
    ],
    ids=str,
)
def test_a_batch_stands_where_dagster_says(
    instance: dg.DagsterInstance, home: Home, runs: Sequence[str], state: BatchState
) -> None:
    """Whatever became of its runs, as Dagster sees it that looked on after each of them."""
    instance.add_dynamic_partitions(BATCHES, ["spring", "autumn"])
    for what in runs:
        go_through(instance, "spring", what)
        batch_states(instance, ["spring"])
    log, keys = GateLog.of(home), ["spring", "autumn", "unheard-of"]

    assert log is not None
    assert log.states(keys) == batch_states(instance, keys)
    assert log.states(keys) == {
        "spring": state,
        "autumn": BatchState.WAITING,
        "unheard-of": BatchState.WAITING,
    }


def test_a_batch_whose_partition_was_deleted_waits(
    instance: dg.DagsterInstance, home: Home
) -> None:
    """Its events are still there; `inbox_sensor` makes it a partition again."""
    instance.add_dynamic_partitions(BATCHES, ["spring"])
    go_through(instance, "spring", "done")
    instance.delete_dynamic_partition(BATCHES, "spring")
    log = GateLog.of(home)

    assert log is not None
    assert log.states(["spring"]) == batch_states(instance, ["spring"])
    assert log.states(["spring"]) == {"spring": BatchState.WAITING}


def test_before_dagster_was_started_everything_waits(home: Home) -> None:
    """Nothing is made by looking."""
    log = GateLog.of(home)

    assert log is not None
    assert log.states(["spring"]) == {"spring": BatchState.WAITING}
    assert list(home.root.iterdir()) == []


def test_tables_of_another_dagster_say_nothing(instance: dg.DagsterInstance, home: Home) -> None:
    """Then Dagster is to be asked, which brings them up to date."""
    instance.add_dynamic_partitions(BATCHES, ["spring"])
    go_through(instance, "spring", "done")
    with closing(sqlite3.connect(home.root / "history" / "runs.db")) as database:
        database.execute("ALTER TABLE runs RENAME COLUMN status TO state")
    log = GateLog.of(home)

    assert log is not None
    assert log.states(["spring"]) is None


@pytest.mark.parametrize("name", ["runs/index.db", "runs.db"])
def test_damaged_databases_say_nothing(home: Home, name: str) -> None:
    """Dagster is asked, and says what is wrong."""
    (home.root / "history" / "runs").mkdir(parents=True)
    for each in ("runs/index.db", "runs.db"):
        (home.root / "history" / each).write_bytes(b"")
    (home.root / "history" / name).write_bytes(b"these are my notes, not a database " * 100)
    log = GateLog.of(home)

    assert log is not None
    assert log.states(["spring"]) is None


def test_a_dagster_yaml_of_one_s_own_is_not_looked_behind(home: Home) -> None:
    """It may say that Dagster keeps its events in another database."""
    home.dagster_file.write_text("telemetry: {enabled: false}\n")

    assert GateLog.of(home) is None
