"""Dagster's multiprocess executor, which waits for a pool slot without burning a core, and whose
steps end with their run.

In Dagster 1.13 the loop of the multiprocess executor asks again at once when none of a run's steps
may start and none is running: a run that waits for a full pool keeps one core busy, and a handful
of them starves the steps that they wait for. The executor itself offers no place to wait, so the
plan execution that it uses is replaced by one that does, and its view of the pools by one that is
prompt. So is the command that a step's process carries out: Dagster's goes on when the run's
process is killed, and would work on a batch beside the run that takes it up again.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import dagster as dg
from dagster._core.definitions.executor_definition import multiple_process_executor_requirements
from dagster._core.execution.context.system import PlanOrchestrationContext
from dagster._core.execution.plan.active import ActiveExecution
from dagster._core.execution.plan.instance_concurrency_context import InstanceConcurrencyContext
from dagster._core.execution.plan.plan import ExecutionPlan
from dagster._core.execution.plan.step import ExecutionStep
from dagster._core.execution.retries import RetryMode
from dagster._core.executor import multiprocess
from dagster._core.executor.multiprocess import (
    MultiprocessExecutor,
    MultiprocessExecutorChildProcessCommand,
)

from darkroom.settings import Settings
from darkroom.work import garbage
from darkroom.work.fork_servers import fork_server_here
from darkroom.work.lifeline import end_with_parent
from orchestration.preloading import PRELOAD

_WAIT_S = 0.25


class PatientExecution(ActiveExecution):
    """Takes a short rest whenever steps are left and none may start or is running."""

    def get_steps_to_execute(self, limit: int | None = None) -> Sequence[ExecutionStep]:
        steps = super().get_steps_to_execute(limit)
        if not steps and not self.has_in_flight_steps and not self.is_complete:
            time.sleep(_WAIT_S)
        return steps


class PromptPools(InstanceConcurrencyContext):
    """Asks again for a slot as soon as a step of its own run has given one back.

    Dagster's waits a second at least, also where both steps are the run's own.
    """

    def free_step(self, step_key: str) -> None:
        super().free_step(step_key)
        self._pending_timeouts.clear()


class StepOfLiveRun(MultiprocessExecutorChildProcessCommand):
    """A step in its own process, which ends when the run's process does."""

    def __setstate__(self, state: dict[str, object]) -> None:
        # The step's process is unpacking what it is to do: the last moment without threads.
        self.__dict__.update(state)
        fork_server_here()

    def execute(self) -> Iterator[dg.DagsterEvent]:
        end_with_parent()
        garbage.look_seldom()
        yield from super().execute()


class PatientMultiprocessExecutor(MultiprocessExecutor):
    """Every step in a process of its own, as Dagster's; only the waiting and the end differ."""

    def execute(
        self, plan_context: PlanOrchestrationContext, execution_plan: ExecutionPlan
    ) -> Iterator[dg.DagsterEvent]:
        # A process runs one run at a time, so the names are ours for its duration.
        with (
            _replaced("ActiveExecution", PatientExecution),
            _replaced("InstanceConcurrencyContext", PromptPools),
            _replaced("MultiprocessExecutorChildProcessCommand", StepOfLiveRun),
        ):
            yield from super().execute(plan_context, execution_plan)


@contextmanager
def _replaced(name: str, ours: type) -> Iterator[None]:
    theirs = getattr(multiprocess, name)
    setattr(multiprocess, name, ours)
    try:
        yield
    finally:
        setattr(multiprocess, name, theirs)


def executor(settings: Settings) -> dg.ExecutorDefinition:
    """Several steps of a run at a time, each in a process of its own."""

    @dg.executor(name="multiprocess", requirements=multiple_process_executor_requirements())
    def patient_multiprocess_executor(_: dg.InitExecutorContext) -> MultiprocessExecutor:
        return PatientMultiprocessExecutor(
            retries=RetryMode.ENABLED,
            max_concurrent=settings.runs.max_steps_per_run,
            start_method="forkserver",
            explicit_forkserver_preload=PRELOAD,
        )

    return patient_multiprocess_executor
