"""Ticks of the retry sensor, as the daemon evaluates them."""

import socket
import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.definitions.sensor_definition import SensorExecutionData

from orchestration.announcing import announce
from orchestration.definitions import definitions
from orchestration.home import Home
from orchestration.intake import Sender, take_in
from orchestration.run_processes import HOST_TAG, PROCESS_TAG
from orchestration.tags import PARTITION_TAG
from tests.orchestration.held_runs import adapters


@dg.job(name="process_batch")
def process_batch() -> None:
    """By the name of the real one."""


def _tick(instance: dg.DagsterInstance, cursor: str | None) -> SensorExecutionData:
    loaded: dg.Definitions = definitions()
    with dg.SensorEvaluationContext(
        instance_ref=instance.get_ref(),
        last_tick_completion_time=None,
        last_run_key=None,
        cursor=cursor,
        repository_name=None,
        repository_def=loaded.get_repository_def(),
    ) as context:
        return loaded.resolve_sensor_def("retry_sensor").evaluate_tick(context)


@pytest.fixture
def lost(home: Home, instance: dg.DagsterInstance, tmp_path: Path) -> dg.DagsterRun:
    """The run of a batch, in a process that has ended."""
    home.make()
    (tmp_path / "spring").mkdir()
    (tmp_path / "spring" / "a.jpg").write_bytes(b"a")
    [batch] = take_in(adapters(), str(tmp_path / "spring"), Sender("anna")).batches
    announce(instance, [batch])
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    return instance.create_run_for_job(
        process_batch,
        status=dg.DagsterRunStatus.STARTED,
        tags={
            PARTITION_TAG: batch.key,
            HOST_TAG: socket.gethostname(),
            PROCESS_TAG: f"{ended.pid}@0.00",
        },
    )


def test_a_lost_run_is_ended_and_asked_for_again(
    lost: dg.DagsterRun, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the tick that finds it and the one after its wait, as the first retry of three."""
    first = _tick(instance, None)
    run = instance.get_run_by_id(lost.run_id)
    assert run is not None
    assert (run.status, first.run_requests) == (dg.DagsterRunStatus.FAILURE, [])

    monkeypatch.setenv("DARKROOM_RUNS__RETRY_WAIT_S", "0.000001")
    [asked] = _tick(instance, first.cursor).run_requests or []
    assert asked.partition_key == lost.tags[PARTITION_TAG]
    assert asked.job_name in (None, "process_batch")
    assert (asked.tags["darkroom/retry"], asked.tags["darkroom/retry_of"]) == (
        "1 of 3",
        lost.run_id,
    )


def test_an_outage_leaves_the_cursor_where_it_was(
    lost: dg.DagsterRun, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With one sentence, and the runs that wait are found again."""
    monkeypatch.setenv("DARKROOM_RUNS__RETRY_WAIT_S", "0.000001")
    monkeypatch.setenv("DARKROOM_DATABASE__URL", "postgresql://me@127.0.0.1:1/records")
    away = _tick(instance, None)

    assert away.skip_message is not None
    assert away.skip_message.endswith("looked at again in 15 s")
    assert not away.run_requests

    monkeypatch.delenv("DARKROOM_DATABASE__URL")
    [asked] = _tick(instance, away.cursor).run_requests or []
    assert asked.tags["darkroom/retry_of"] == lost.run_id
