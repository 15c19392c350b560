"""One run of one batch, in a process that does nothing else meanwhile."""

import os
import signal
from collections.abc import Mapping
from dataclasses import dataclass

import dagster as dg
from dagster._core.events import RunFailureReason
from dagster_shared.error import SerializableErrorInfo

from darkroom.work import garbage
from darkroom.work.lifeline import end_with_parent
from orchestration.batch_states import GATE
from orchestration.definitions import process_batch_job
from orchestration.home import HOME_VARIABLE
from orchestration.preloading import fork_runs_from_here
from orchestration.run_processes import RunProcess
from orchestration.tags import PARTITION_TAG

# The events stand in the instance all the same; the terminal belongs to the progress bars.
_QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


@dataclass(frozen=True, slots=True)
class BatchRun:
    """How the run of one batch ended."""

    batch: str
    success: bool
    broken_steps: Mapping[str, str]
    """Steps that failed for another reason than photos that failed, with what they said."""


def begin(environment: Mapping[str, str]) -> None:
    """Make Ctrl-C the parent's business: it tells this process when to stop, and only during a run.

    A terminal interrupts its whole process group, fork servers and all; so this is another one.
    `environment` is what this process and its steps are to see, and nothing else.
    """
    os.setsid()
    os.environ.clear()
    os.environ.update(environment)
    fork_runs_from_here()
    end_with_parent()
    _ignore_interrupts()


def _ignore_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def run_batch(home: str, batch: str, tags: Mapping[str, str]) -> BatchRun:
    """Run the job for one batch. An interrupt ends the run, and its steps with it."""
    os.environ["DAGSTER_HOME"] = os.environ[HOME_VARIABLE] = home
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with dg.DagsterInstance.get() as instance:
            result = dg.execute_job(
                dg.reconstructable(process_batch_job),
                instance=instance,
                run_config=_QUIET,
                tags={**tags, **RunProcess.this().tags, PARTITION_TAG: batch},
                raise_on_error=False,
            )
            return BatchRun(batch, result.success, _broken_steps(result))
    except (dg.DagsterExecutionInterruptedError, KeyboardInterrupt):
        return BatchRun(batch, success=False, broken_steps={"run": "interrupted"})
    finally:
        _ignore_interrupts()
        # Connections that Dagster leaves in circles: 7 MiB a run, for who runs hundreds.
        garbage.give_back()


def _broken_steps(result: dg.JobExecutionResult) -> dict[str, str]:
    """Or the run itself, where it ended without one of its steps saying why."""
    steps = {
        event.step_key or "": _why(event)
        for event in result.all_events
        if event.is_step_failure and event.step_key != GATE.to_python_identifier()
    }
    of_run = [
        _innermost(event.job_failure_data.error)
        for event in result.all_events
        if event.is_run_failure
        and event.job_failure_data.failure_reason is not RunFailureReason.STEP_FAILURE
    ]
    return steps or ({"run": of_run[-1]} if of_run else {})


def _why(event: dg.DagsterEvent) -> str:
    """Our own sentence; else the innermost reason, not what Dagster says of it."""
    ours = event.step_failure_data.user_failure_data
    if ours and ours.description:
        return ours.description
    return _innermost(event.step_failure_data.error)


def _innermost(error: SerializableErrorInfo | None) -> str:
    while error is not None and error.cause is not None:
        error = error.cause
    return error.message.strip() if error else "no reason recorded"
