"""How the run of one batch ended, in words for whoever waits for it."""

from collections.abc import Iterator

import dagster as dg
from dagster._core.execution.retries import RetryMode

from orchestration.batch_runner import _broken_steps


class BreakingExecutor(dg.Executor):
    """Ends before any step begins."""

    @property
    def retries(self) -> RetryMode:
        return RetryMode.DISABLED

    def execute(self, *_: object) -> Iterator[dg.DagsterEvent]:
        raise OSError("no process can be started")


@dg.executor(name="breaking", requirements=[])
def breaking_executor(_: dg.InitExecutorContext) -> dg.Executor:
    return BreakingExecutor()


@dg.job(executor_def=breaking_executor)
def any_job() -> None:
    """Nothing."""


def test_a_run_that_breaks_outside_of_its_steps_says_why() -> None:
    """No step failed, and whoever imports is told all the same."""
    with dg.DagsterInstance.ephemeral() as instance:
        result = dg.execute_job(
            dg.reconstructable(any_job), instance=instance, raise_on_error=False
        )

    assert not result.success
    assert _broken_steps(result) == {"run": "OSError: no process can be started"}


@dg.op
def batch_report() -> None:
    raise dg.Failure("2 of 3 photos failed")


@dg.job(executor_def=dg.in_process_executor)
def red_job() -> None:
    batch_report()


def test_photos_that_failed_break_nothing() -> None:
    """The gate's failure is about photos, which are told of one by one."""
    with dg.DagsterInstance.ephemeral() as instance:
        result = dg.execute_job(
            dg.reconstructable(red_job), instance=instance, raise_on_error=False
        )

    assert not result.success
    assert _broken_steps(result) == {}
