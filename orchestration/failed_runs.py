"""Why a run failed, and whether another run may end better by itself."""

from collections.abc import Iterator

import dagster as dg
from dagster._core.events import RunFailureReason
from dagster._core.storage.tags import RUN_FAILURE_REASON_TAG

from darkroom.errors import EngineUnavailable, ObjectMissing, WorldError
from darkroom.outcomes import Outcome
from darkroom.stages.batch_tables import read_results
from darkroom.storage.tables import Tables
from orchestration.batch_states import GATE

_PROCESS_ENDED = {
    "ChildProcessCrashException",  # a step's process was killed
    "DagsterExecutionInterruptedError",
    "KeyboardInterrupt",
}
_FOR_A_PERSON = (EngineUnavailable, ObjectMissing)
"""Waiting mends neither."""
_ENDED_FROM_OUTSIDE = {
    RunFailureReason.UNEXPECTED_TERMINATION.value,
    RunFailureReason.START_TIMEOUT.value,
    RunFailureReason.RUN_WORKER_RESTART.value,
    None,  # what Dagster's run monitoring says of a lost run
}


def may_end_better(
    instance: dg.DagsterInstance, tables: Tables, run: dg.DagsterRun, batch: str
) -> bool:
    """Whether nothing but the world stood in the way of this failed run.

    Its process ended, a step found the world away, or photos failed that may pass later. What only
    a person can mend, our own mistakes among it, is not worth another run. Raises `WorldError`.
    """
    failures = list(_step_failures(instance, run))
    if not failures:
        return run.tags.get(RUN_FAILURE_REASON_TAG) in _ENDED_FROM_OUTSIDE
    broken = [event for event in failures if not _is_the_world_s(event)]
    if not broken:
        return True
    if any(event.step_key != GATE.to_python_identifier() for event in broken):
        return False
    return any(
        failure.retryable
        for result in read_results(tables, batch)
        if result.outcome == Outcome.FAILED
        for failure in result.failures
    )


def _step_failures(instance: dg.DagsterInstance, run: dg.DagsterRun) -> Iterator[dg.DagsterEvent]:
    records = instance.all_logs(run.run_id, of_type=dg.DagsterEventType.STEP_FAILURE)
    return (record.dagster_event for record in records if record.dagster_event)


def _is_the_world_s(failure: dg.DagsterEvent) -> bool:
    """By the names in the chain of its error: the types themselves do not reach the event log."""
    kinds = _PROCESS_ENDED | {
        kind.__name__ for kind in _kinds_of(WorldError) if not issubclass(kind, _FOR_A_PERSON)
    }
    error = failure.step_failure_data.error
    while error is not None:
        if error.cls_name in kinds:
            return True
        error = error.cause
    return False


def _kinds_of(error: type[WorldError]) -> Iterator[type[WorldError]]:
    yield error
    for kind in error.__subclasses__():
        yield from _kinds_of(kind)
