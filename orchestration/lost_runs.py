"""Runs whose process is gone: they are ended, and give back what they held.

Every run names the process that it runs in by its tags. When that process is no more and the run is
not over, what it left behind is killed, the run is ended as failed and its pool slots are free, so
that the batch can be run again and nobody waits for a dead run's place.
"""

import dagster as dg
from dagster._core.events import JobFailureData, RunFailureReason
from dagster._core.storage.dagster_run import NOT_FINISHED_STATUSES

from orchestration.run_processes import RunProcess, this_machine_tags
from orchestration.tags import LAUNCHED_TAG, PARTITION_TAG

# What waits in the queue has no process yet; re-executed in the UI it has the tags of its parent.
_WITH_PROCESS = set(NOT_FINISHED_STATUSES) - {dg.DagsterRunStatus.QUEUED}


def end_lost_runs(instance: dg.DagsterInstance) -> list[str]:
    """End the runs of dead processes of this machine; their batches. Repeating it is harmless.

    A run that was being cancelled is cancelled.
    """
    ended = []
    for run in _runs_of_this_machine(instance):
        process = RunProcess.named_by(run.tags)
        if process is None or process.alive:
            continue
        # Its last word may have come since the list was read.
        now = instance.get_run_by_id(run.run_id)
        if now is not None and not now.is_finished:
            end_run(instance, now, process, "The process of this run is gone.")
            ended.append(run.tags.get(PARTITION_TAG, run.run_id))
    return ended


def interrupt_launched_runs(instance: dg.DagsterInstance, why: str) -> list[str]:
    """End all runs that the daemon launched on this machine, now, as failed; their batches.

    Those of an import go on.
    """
    ended = []
    for run in _runs_of_this_machine(instance):
        process = RunProcess.named_by(run.tags)
        if process is not None and LAUNCHED_TAG in run.tags:
            end_run(instance, run, process, why)
            ended.append(run.tags.get(PARTITION_TAG, run.run_id))
    return ended


def end_run(
    instance: dg.DagsterInstance, run: dg.DagsterRun, process: RunProcess, why: str
) -> None:
    """Kill the run's process with all below it, end the run, and give back its pool slots."""
    process.kill()
    if run.status is dg.DagsterRunStatus.CANCELING:
        instance.report_run_canceled(run, why)
    else:
        reason = JobFailureData(error=None, failure_reason=RunFailureReason.UNEXPECTED_TERMINATION)
        instance.report_run_failed(run, why, reason)
    instance.event_log_storage.free_concurrency_slots_for_run(run.run_id)


def _runs_of_this_machine(instance: dg.DagsterInstance) -> list[dg.DagsterRun]:
    return list(
        instance.get_runs(dg.RunsFilter(statuses=list(_WITH_PROCESS), tags=this_machine_tags()))
    )
