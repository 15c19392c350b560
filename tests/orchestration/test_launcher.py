"""Runs in processes of their own: real ones, killed and cancelled."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import psutil
import pytest
from dagster._core.launcher.base import WorkerStatus

from darkroom.stages.batch_tables import read_results
from orchestration.home import Home
from orchestration.instance import open_instance
from orchestration.launcher import ProcessRunLauncher
from orchestration.lost_runs import end_lost_runs, interrupt_launched_runs
from tests.orchestration.held_runs import (
    Holding,
    adapters,
    holding,
    launched,
    opened,
    processes_of,
    status,
    steps_among,
    until,
)

FAILED = dg.DagsterRunStatus.FAILURE
CANCELED = dg.DagsterRunStatus.CANCELED
SUCCESS = dg.DagsterRunStatus.SUCCESS


@dataclass(frozen=True)
class Underway:
    """A run in the middle of its ingest, and its processes: worker, step, photo workers."""

    instance: dg.DagsterInstance
    held: Holding
    batch: str
    run_id: str
    processes: list[psutil.Process]

    @property
    def launcher(self) -> ProcessRunLauncher:
        launcher = self.instance.run_launcher
        assert isinstance(launcher, ProcessRunLauncher)
        return launcher

    def health(self) -> WorkerStatus:
        run = self.instance.get_run_by_id(self.run_id)
        assert run is not None
        return self.launcher.check_run_worker_health(run).status

    def outcomes(self) -> list[str]:
        return [result.outcome for result in read_results(adapters().tables, self.batch)]

    def slots_in_use(self) -> int:
        return self.instance.event_log_storage.get_concurrency_info("downloads").active_slot_count


@pytest.fixture
def underway(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Underway]:
    monkeypatch.setenv("DARKROOM_DOWNLOADS__ALLOW_ADDRESSES", '["127.0.0.1"]')
    with (
        holding(tmp_path) as held,
        open_instance(home, adapters().settings) as instance,
    ):
        batch = opened(adapters(), instance, held, tmp_path)
        run_id = launched(instance, batch)
        until(held.asked.is_set)
        yield Underway(instance, held, batch, run_id, processes_of(instance, run_id))
        interrupt_launched_runs(instance, "The test is over.")
        launcher = instance.run_launcher
        assert isinstance(launcher, ProcessRunLauncher)
        for process in launcher._started:
            process.wait()


def _gone(processes: list[psutil.Process]) -> bool:
    return not any(
        each.is_running() and each.status() != psutil.STATUS_ZOMBIE for each in processes
    )


def test_a_run_ends_as_any_other(underway: Underway) -> None:
    """In its own process, which is alive meanwhile and gone afterwards."""
    assert underway.health() is WorkerStatus.RUNNING
    assert underway.slots_in_use() == 1

    underway.held.let_go.set()
    until(lambda: _gone(underway.processes))

    assert status(underway.instance, underway.run_id) is SUCCESS
    assert underway.outcomes() == ["done", "done"]


def test_a_killed_run_is_noticed_and_leaves_nothing(underway: Underway) -> None:
    """Steps and photo workers end with it; it is failed, its slot free, the batch can run again."""
    underway.processes[0].kill()
    until(lambda: _gone(underway.processes))

    assert underway.health() is WorkerStatus.NOT_FOUND
    assert end_lost_runs(underway.instance) == [underway.batch]
    assert status(underway.instance, underway.run_id) is FAILED
    assert underway.slots_in_use() == 0

    underway.held.let_go.set()
    again = launched(underway.instance, underway.batch)
    until(lambda: status(underway.instance, again) is SUCCESS)
    assert underway.outcomes() == ["done", "done"]


def test_a_killed_step_fails_its_run(underway: Underway) -> None:
    """The run's process notices by itself; the slot is free and no photo worker is left."""
    [step] = steps_among(underway.processes)
    step.kill()
    until(lambda: _gone(underway.processes))

    assert status(underway.instance, underway.run_id) is FAILED
    assert underway.slots_in_use() == 0


def test_a_cancelled_run_stops_with_all_it_started(underway: Underway) -> None:
    """As the UI's button does it."""
    assert underway.launcher.terminate(underway.run_id) is True

    assert status(underway.instance, underway.run_id) is CANCELED
    until(lambda: _gone(underway.processes))
    assert underway.slots_in_use() == 0
    assert underway.launcher.terminate(underway.run_id) is False
