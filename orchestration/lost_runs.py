"""Runs whose process is gone: nobody else would ever end them.

A run of `darkroom import` carries the process it runs in as tags. When that process is no more and
the run is not over, the run is ended as failed and gives back its pool slots, so that the batch can
be run again and nobody waits for a dead run's place.
"""

import os
import socket
from collections.abc import Mapping

import dagster as dg
import psutil
from dagster._core.storage.dagster_run import IN_PROGRESS_RUN_STATUSES

HOST_TAG = "darkroom/host"
PROCESS_TAG = "darkroom/process"


def process_tags() -> dict[str, str]:
    """Tags that name the process a run is in, by id and start: ids are used again."""
    own = psutil.Process()
    return {HOST_TAG: socket.gethostname(), PROCESS_TAG: f"{own.pid}@{own.create_time():.2f}"}


def end_lost_runs(instance: dg.DagsterInstance) -> list[str]:
    """End the runs of dead processes of this machine; their batches. Repeating it is harmless."""
    ended = []
    for status in (*IN_PROGRESS_RUN_STATUSES, dg.DagsterRunStatus.NOT_STARTED):
        runs = instance.get_runs(
            dg.RunsFilter(statuses=[status], tags={HOST_TAG: socket.gethostname()})
        )
        for run in runs:
            if not _is_alive(run.tags):
                instance.report_run_failed(run, "The process of this run is gone.")
                instance.event_log_storage.free_concurrency_slots_for_run(run.run_id)
                ended.append(run.tags.get("dagster/partition", run.run_id))
    return ended


def _is_alive(tags: Mapping[str, str]) -> bool:
    number, _, started = tags.get(PROCESS_TAG, "").partition("@")
    if not number.isdecimal() or int(number) == os.getpid():
        return True
    try:
        process = psutil.Process(int(number))
        return process.is_running() and f"{process.create_time():.2f}" == started
    except psutil.NoSuchProcess:
        return False
