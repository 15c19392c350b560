"""Running batches here and now, as the sensors would, recorded in the same instance."""

import contextlib
import multiprocessing
import signal
from collections.abc import Mapping, Sequence
from concurrent.futures import CancelledError, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

import psutil

from darkroom.batches import Batch
from orchestration.batch_runner import BatchRun, begin, run_batch
from orchestration.home import Home
from orchestration.tags import run_tags

_STOP_TIMEOUT_S = 5.0


class BatchRuns:
    """Runs of several batches, a few at a time, each in a process of its own.

    Processes, because Dagster configures logging anew for every run: two runs in two threads of one
    process can lock each other out for ever. Each process takes several batches in turn, and so
    starts its fork server for steps only once.
    """

    def __init__(
        self,
        home: Home,
        batches: Sequence[Batch],
        *,
        at_once: int,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """`environment` is what the runs are to see besides our own."""
        self._pool = ProcessPoolExecutor(
            min(at_once, len(batches)),
            mp_context=multiprocessing.get_context("spawn"),
            initializer=begin,
            initargs=(environment or {},),
        )
        self._futures: dict[str, Future[BatchRun]] = {
            batch.key: self._pool.submit(run_batch, str(home.root), batch.key, run_tags(batch))
            for batch in batches
        }

    @property
    def finished(self) -> bool:
        """Whether all have ended."""
        return all(future.done() for future in self._futures.values())

    def ends(self) -> list[BatchRun]:
        """How each ended, once all did."""
        ends = [self._end(batch, future) for batch, future in self._futures.items()]
        self._pool.shutdown()
        return ends

    def stop(self) -> None:
        """End what is under way and start nothing more.

        Dagster ends an interrupted run's steps before the run. What does not end in time is killed,
        steps and photo workers included: the state is then as after any crash.
        """
        self._pool.shutdown(wait=False, cancel_futures=True)
        runners = psutil.Process().children()
        for runner in runners:
            runner.send_signal(signal.SIGINT)
        below = [process for runner in runners for process in runner.children(recursive=True)]
        psutil.wait_procs(runners, timeout=_STOP_TIMEOUT_S)
        for process in [*runners, *below]:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs([*runners, *below], timeout=_STOP_TIMEOUT_S)

    def _end(self, batch: str, future: Future[BatchRun]) -> BatchRun:
        try:
            return future.result()
        except (BrokenProcessPool, CancelledError):
            return BatchRun(batch, success=False, broken_steps={"run": "its process was killed"})
