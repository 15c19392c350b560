"""Running batches here and now, as the sensors would, recorded in the same instance."""

import contextlib
import multiprocessing
import os
import queue
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool

import dagster as dg
from dagster._core.storage.dagster_run import NOT_FINISHED_STATUSES

from darkroom.batches import Batch
from orchestration.batch_runner import BatchRun, begin, run_batch
from orchestration.cancelling import cancel
from orchestration.home import Home
from orchestration.lost_runs import end_lost_runs
from orchestration.run_processes import RunProcess, this_machine_tags
from orchestration.tags import run_tags

_GONE_TIMEOUT_S = 1.0


class BatchRuns:
    """Runs of several batches, a few at a time, each in a process of its own.

    Processes, because Dagster configures logging anew for every run: two runs in two threads of one
    process can lock each other out for ever. Each process takes several batches in turn, and so
    starts its fork server for steps only once. One that is killed is replaced, and its batch taken
    up again.
    """

    def __init__(
        self,
        home: Home,
        batches: Sequence[Batch],
        instance: dg.DagsterInstance,
        *,
        at_once: int,
        max_retries: int,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """`environment` is what the runs are to see besides our own."""
        self._home = home
        self._batches = batches
        self._instance = instance
        self._attempts = 1 + max_retries
        self._environment = environment or {}
        self._stopping = threading.Event()
        self._waiting: queue.SimpleQueue[Batch] = queue.SimpleQueue()
        for batch in batches:
            self._waiting.put(batch)
        self._ends: dict[str, BatchRun] = {}
        at_once = min(at_once, len(batches))
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="batches")
        self._turns = [self._threads.submit(self._work_off) for _ in range(at_once)]

    @property
    def finished(self) -> bool:
        """Whether all have ended."""
        return all(turn.done() for turn in self._turns)

    def ends(self) -> list[BatchRun]:
        """How each ended, once all did."""
        for turn in self._turns:
            turn.result()
        self._threads.shutdown()
        return [self._ends[batch.key] for batch in self._batches]

    def stop(self) -> None:
        """Cancel what is under way and start nothing more; all processes are gone afterwards."""
        self._stopping.set()
        runners = {runner.pid for runner in multiprocessing.active_children()}
        unfinished = dg.RunsFilter(statuses=NOT_FINISHED_STATUSES, tags=this_machine_tags())
        under_way = [
            run
            for run in self._instance.get_runs(unfinished)
            if (process := RunProcess.named_by(run.tags)) and process.pid in runners
        ]
        cancel(self._instance, under_way)
        while not self.finished:  # also one that was just being started
            _kill_started()
        _kill_started()
        end_lost_runs(self._instance)
        self._threads.shutdown()

    def _work_off(self) -> None:
        """Batch after batch, until none is left or all are to stop."""
        with contextlib.closing(_Runner(self._environment)) as runner:
            while not self._stopping.is_set():
                try:
                    batch = self._waiting.get_nowait()
                except queue.Empty:
                    return
                self._ends[batch.key] = self._run(runner, batch)

    def _run(self, runner: "_Runner", batch: Batch) -> BatchRun:
        for _ in range(self._attempts):
            end = runner.run(self._home, batch)
            if end is not None:
                return end
            # A run that somebody cancelled in the UI is not among those that were lost.
            if self._stopping.is_set() or batch.key not in end_lost_runs(self._instance):
                break
        return BatchRun(batch.key, success=False, broken_steps={"run": "its process was killed"})


class _Runner:
    """A process for one run after another, replaced when it is killed."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self._pool = self._new()

    def run(self, home: Home, batch: Batch) -> BatchRun | None:
        """How the run ended; None when its process was killed."""
        process = None
        try:
            process = RunProcess.of(self._pool.submit(os.getpid).result())
            return self._pool.submit(run_batch, str(home.root), batch.key, run_tags(batch)).result()
        except BrokenProcessPool:
            if process is not None:  # else gone before it did anything
                # Where its fork server was killed instead, it lives, and nobody hears of it.
                process.kill()
                process.wait(_GONE_TIMEOUT_S)
            self.close()
            self._pool = self._new()
            return None

    def close(self) -> None:
        self._pool.shutdown()

    def _new(self) -> ProcessPoolExecutor:
        # Its fork server has the environment of its own start.
        environment = {**os.environ, **self._environment}
        return ProcessPoolExecutor(
            1,
            mp_context=multiprocessing.get_context("forkserver"),
            initializer=begin,
            initargs=(environment,),
        )


def _kill_started() -> None:
    """The processes of runs."""
    for process in multiprocessing.active_children():
        process.kill()
        process.join(_GONE_TIMEOUT_S)
