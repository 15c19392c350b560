"""Stopping runs within seconds, with all that they started."""

import time
from collections.abc import Sequence

import dagster as dg

from orchestration.lost_runs import end_run
from orchestration.run_processes import RunProcess

_POLL_S = 0.1
_GRACE_S = 4.0
"""For a run to end its steps by itself; and half of it to end when it has none."""


def cancel(instance: dg.DagsterInstance, runs: Sequence[dg.DagsterRun]) -> None:
    """Stop these runs side by side: they are cancelled, their processes gone, their slots free.

    Whoever does not stop when asked is killed: what is finished is kept either way. Runs that are
    in no process of this machine are left alone.
    """
    processes = {run.run_id: process for run in runs if (process := RunProcess.named_by(run.tags))}
    for run in runs:
        if run.run_id in processes:
            instance.report_run_canceling(run)
            processes[run.run_id].interrupt()
    # A process without its steps has nothing to wait for. That of an import has other runs to do.
    for left in _unfinished(instance, processes, within_s=_GRACE_S):
        processes[left.run_id].kill_all_below()
    for left in _unfinished(instance, processes, within_s=_GRACE_S / 2):
        end_run(instance, left, processes[left.run_id], "It did not stop when asked: killed.")
    for run_id in processes:
        instance.event_log_storage.free_concurrency_slots_for_run(run_id)


def _unfinished(
    instance: dg.DagsterInstance, processes: dict[str, RunProcess], *, within_s: float
) -> list[dg.DagsterRun]:
    """Those that have not ended after so long; sooner when none is left or works on."""
    deadline = time.monotonic() + within_s
    while True:
        found = [run for run_id in processes if (run := instance.get_run_by_id(run_id))]
        left = [run for run in found if not run.is_finished]
        at_work = any(processes[run.run_id].alive for run in left)
        if not at_work or time.monotonic() > deadline:
            return left
        time.sleep(_POLL_S)
