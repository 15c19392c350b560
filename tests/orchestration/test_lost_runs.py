"""Runs whose process is gone."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator

import dagster as dg
import pytest

from orchestration.lost_runs import end_lost_runs
from orchestration.run_processes import HOST_TAG, PROCESS_TAG, RunProcess

STARTED = dg.DagsterRunStatus.STARTED


@dg.job
def any_job() -> None:
    """Nothing."""


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as instance:
        instance.event_log_storage.set_concurrency_slots("cpu", 1)
        yield instance


def _run(instance: dg.DagsterInstance, tags: dict[str, str]) -> dg.DagsterRun:
    return instance.create_run_for_job(
        any_job, status=STARTED, tags={**tags, "dagster/partition": "spring"}
    )


def _dead_process() -> dict[str, str]:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    return {HOST_TAG: socket.gethostname(), PROCESS_TAG: f"{ended.pid}@0.00"}


def test_a_run_of_a_dead_process_is_ended_and_gives_back_its_slot(
    instance: dg.DagsterInstance,
) -> None:
    """It is failed, and its place in a pool is free for others."""
    run = _run(instance, _dead_process())
    instance.event_log_storage.claim_concurrency_slot("cpu", run.run_id, "texts")

    assert end_lost_runs(instance) == ["spring"]

    ended = instance.get_run_by_id(run.run_id)
    assert ended is not None
    assert ended.status is dg.DagsterRunStatus.FAILURE
    assert instance.event_log_storage.get_concurrency_info("cpu").active_slot_count == 0
    assert end_lost_runs(instance) == []


@pytest.mark.parametrize(
    "tags",
    [
        pytest.param(RunProcess.this().tags, id="alive"),
        pytest.param({}, id="of the daemon"),
        pytest.param({HOST_TAG: "elsewhere", PROCESS_TAG: "1@0.00"}, id="of another machine"),
    ],
)
def test_other_runs_go_on(instance: dg.DagsterInstance, tags: dict[str, str]) -> None:
    """Runs that are alive, or that we cannot tell of, are left alone."""
    run = _run(instance, tags)

    assert end_lost_runs(instance) == []

    same = instance.get_run_by_id(run.run_id)
    assert same is not None
    assert same.status is STARTED


def test_a_process_id_that_was_given_again_is_not_the_same_process(
    instance: dg.DagsterInstance,
) -> None:
    """The id alone does not keep a run alive: the start of the process counts too."""
    parent = f"{os.getppid()}@0.00"
    _run(instance, {HOST_TAG: socket.gethostname(), PROCESS_TAG: parent})

    assert end_lost_runs(instance) == ["spring"]
