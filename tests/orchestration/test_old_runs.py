"""Logs of old runs go; what the UI shows of partitions stays."""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import dagster as dg
import pytest

from assets.partitions import BATCHES, batches
from assets.stage_events import no_failed_photos
from darkroom.batches import BatchState
from darkroom.upkeep.sweeping import Swept, sweep_all
from orchestration.batch_states import batch_states
from orchestration.old_runs import old_runs

PHOTOS, REPORT = dg.AssetKey("photos"), dg.AssetKey("batch_report")
CHECK = dg.AssetCheckKey(PHOTOS, "no_failed_photos")


class Broken(dg.Config):
    """Which asset fails in a run."""

    asset: str = ""


@dg.asset(partitions_def=batches, check_specs=[no_failed_photos("photos")])
def photos(config: Broken) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
    """A stage."""
    if config.asset == "photos":
        raise dg.Failure("broken")
    yield dg.AssetCheckResult(passed=True)
    yield dg.MaterializeResult(metadata={"photos": 3})


@dg.asset(partitions_def=batches, deps=[photos])
def batch_report(config: Broken) -> None:
    """The gate."""
    if config.asset == "batch_report":
        raise dg.Failure("broken")


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        yield instance


Run = Callable[..., str]


@pytest.fixture
def run(instance: dg.DagsterInstance) -> Run:
    """Materialises a batch; the run's id."""

    def run(batch: str, *, broken: str = "", only: dg.AssetKey | None = None) -> str:
        instance.add_dynamic_partitions(BATCHES, [batch])
        chosen = [only] if only else [PHOTOS, REPORT]
        result = dg.materialize(
            [photos, batch_report],
            partition_key=batch,
            instance=instance,
            selection=chosen,
            raise_on_error=False,
            run_config={
                "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
                "ops": {each.path[-1]: {"config": {"asset": broken}} for each in chosen},
            },
        )
        return result.run_id

    return run


def shown(instance: dg.DagsterInstance, *keys: str) -> dict[str, object]:
    """What the UI and commands say of these batches, from what was cached and anew."""
    storage = instance.event_log_storage

    def statuses() -> dict[str, object]:
        found: dict[str, object] = {
            asset.path[-1]: instance.get_status_by_partition(asset, list(keys), batches)
            for asset in (PHOTOS, REPORT)
        }
        return {**found, "states": dict(batch_states(instance, list(keys)))}

    cached = statuses()
    for asset in (PHOTOS, REPORT):
        storage.wipe_asset_cached_status(asset)
    anew = statuses()
    assert cached == anew
    return {
        **anew,
        "checks": [
            (info.partition_key, info.latest_execution_status, info.latest_planned_run_id)
            for info in storage.get_asset_check_partition_info([CHECK])
        ],
        "latest": {
            (asset.path[-1], key): event and event.run_id
            for asset in (PHOTOS, REPORT)
            for key in keys
            for event in [
                next(
                    iter(
                        instance.fetch_materializations(
                            dg.AssetRecordsFilter(asset_key=asset, asset_partitions=[key]), limit=1
                        ).records
                    ),
                    None,
                )
            ]
        },
        "runs": {
            key: [
                (each.run_id, each.status)
                for each in instance.get_runs(
                    dg.RunsFilter(tags={"dagster/partition": key}), limit=1
                )
            ]
            for key in keys
        },
    }


def prune(instance: dg.DagsterInstance, *, ended_before: float | None = None) -> Swept:
    def state_of(batch: str) -> BatchState | None:
        return batch_states(instance, [batch])[batch]

    moment = ended_before or time.time() + 60
    [done] = sweep_all([old_runs(instance, ended_before=moment, state_of=state_of)], dry_run=False)
    return done


def runs(instance: dg.DagsterInstance) -> set[str]:
    return {each.run_id for each in instance.get_runs()}


def has_log(instance: dg.DagsterInstance, run_id: str) -> bool:
    return bool(instance.all_logs(run_id))


def test_partitions_are_as_green_and_red_as_before(instance: dg.DagsterInstance, run: Run) -> None:
    """Whether the answer was cached or is worked out anew, and so are checks and latest events."""
    run("green", broken="batch_report")
    run("green")
    run("red")
    run("red", broken="photos")
    run("redone", broken="photos")
    run("redone", only=PHOTOS)
    run("redone", only=REPORT)
    keys = ("green", "red", "redone")
    before = shown(instance, *keys)

    assert before["states"] == {
        "green": BatchState.COMPLETE,
        "red": BatchState.FAILED,
        "redone": BatchState.COMPLETE,
    }
    done = prune(instance)
    assert done.count > 0
    assert done.bytes > 0
    assert shown(instance, *keys) == before
    assert prune(instance) == Swept("logs of runs", 0, 0)


def test_runs_that_were_replaced_go_with_their_logs(
    instance: dg.DagsterInstance, run: Run, tmp_path: Path
) -> None:
    """Those that hold what is shown stay, without the log of how it came about."""
    first, last = run("green", broken="photos"), run("green")
    assert prune(instance).count == 2

    assert runs(instance) == {last}
    assert not has_log(instance, last)
    assert [path.name for path in tmp_path.rglob(f"{first}*")] == []


def test_a_stage_that_was_made_alone_keeps_the_run_it_was_made_in(
    instance: dg.DagsterInstance, run: Run
) -> None:
    """Each asset's latest may be of another run."""
    whole, alone = run("green"), run("green", only=REPORT)
    prune(instance)

    assert runs(instance) == {whole, alone}


def test_a_batch_that_failed_keeps_its_runs_and_their_logs(
    instance: dg.DagsterInstance, run: Run
) -> None:
    """They are still to be read, and counted when it is retried."""
    tries = {run("red", broken="photos") for _ in range(3)}

    assert prune(instance) == Swept("logs of runs", 0, 0)
    assert runs(instance) == tries
    assert all(has_log(instance, each) for each in tries)


def test_what_ended_lately_is_kept(instance: dg.DagsterInstance, run: Run) -> None:
    """Whatever came after it."""
    both = {run("green", broken="photos"), run("green")}

    assert prune(instance, ended_before=time.time() - 3600) == Swept("logs of runs", 0, 0)
    assert runs(instance) == both
    assert all(has_log(instance, each) for each in both)


def test_runs_of_no_batch_go_when_they_are_old(
    instance: dg.DagsterInstance, tmp_path: Path
) -> None:
    """Such as those of maintenance itself; one that is under way stays."""

    @dg.job
    def any_job() -> None:
        """Nothing."""

    ended = any_job.execute_in_process(instance=instance).run_id
    going = instance.create_run_for_job(any_job, status=dg.DagsterRunStatus.STARTED).run_id

    assert prune(instance).count == 1
    assert runs(instance) == {going}
    assert list(tmp_path.rglob(f"{ended}*")) == []


def test_a_run_can_go_on_after_its_log_was_emptied(
    instance: dg.DagsterInstance, run: Run, tmp_path: Path
) -> None:
    """The file keeps its tables: a process that has seen it before finds them, and it is small."""
    last = run("green")
    [log] = tmp_path.rglob(f"{last}.db")
    before = log.stat().st_size
    prune(instance)
    with closing(sqlite3.connect(log)) as emptied:
        assert emptied.execute("SELECT COUNT(*) FROM event_logs").fetchall() == [(0,)]

    assert log.stat().st_size < before
    instance.report_engine_event("a late word", run_id=last, job_name="any")
    assert [entry.user_message or entry.message for entry in instance.all_logs(last)] != []
