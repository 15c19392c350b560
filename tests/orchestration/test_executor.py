"""Waiting for a pool slot."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.execution.api import create_execution_plan
from dagster._core.execution.plan.instance_concurrency_context import InstanceConcurrencyContext
from dagster._core.execution.retries import RetryMode

from orchestration import executor
from orchestration.executor import PatientExecution, PromptPools


@dg.op(pool="narrow")
def step() -> None:
    """Does nothing."""


@dg.job
def waiting_job() -> None:
    """One step in a pool."""
    step()


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    granularity = {"concurrency": {"pools": {"granularity": "op"}}}
    with dg.DagsterInstance.local_temp(str(tmp_path), overrides=granularity) as instance:
        instance.event_log_storage.set_concurrency_slots("narrow", 1)
        yield instance


def _steps_and_rests(
    instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> tuple[list[str], list[float]]:
    """What may start now, and how long the execution rested before it said so."""
    rests: list[float] = []
    monkeypatch.setattr(executor.time, "sleep", rests.append)
    run = instance.create_run_for_job(waiting_job)
    with (
        InstanceConcurrencyContext(instance, run) as slots,
        suppress(dg.DagsterExecutionInterruptedError),  # it is left before it is complete
        PatientExecution(
            create_execution_plan(waiting_job),
            retry_mode=RetryMode.DISABLED,
            instance_concurrency_context=slots,
        ) as execution,
    ):
        steps = [each.key for each in execution.get_steps_to_execute()]
        execution.mark_interrupted()
    return steps, rests


def test_a_run_that_may_go_on_does_not_rest(
    instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A step whose pool has room is handed out at once."""
    assert _steps_and_rests(instance, monkeypatch) == (["step"], [])


def test_a_run_that_waits_for_a_pool_rests(
    instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the pool full and nothing running, the execution sleeps instead of asking again."""
    instance.event_log_storage.claim_concurrency_slot("narrow", "another run", "its step")

    assert _steps_and_rests(instance, monkeypatch) == ([], [0.25])


def test_a_slot_that_a_run_gives_back_is_there_for_its_next_step(
    instance: dg.DagsterInstance,
) -> None:
    """Dagster itself would ask for it a second later."""
    with PromptPools(instance, instance.create_run_for_job(waiting_job)) as slots:
        at_first = [slots.claim("narrow", each) for each in ("one", "other")]
        slots.free_step("one")
        then = slots.claim("narrow", "other")
        slots.free_step("other")

    assert (at_first, then) == ([True, False], True)
