"""Running batches here and now, as the sensors would, recorded in the same instance."""

import threading
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import dagster as dg
import psutil

from darkroom.batches import Batch
from orchestration.definitions import process_batch_job
from orchestration.tags import run_tags

_GATE = "batch_report"

# The events stand in the instance all the same; the terminal belongs to the progress bars.
_QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


@dataclass(frozen=True, slots=True)
class BatchRun:
    """How the run of one batch ended."""

    batch: str
    run_id: str
    success: bool
    broken_steps: dict[str, str]
    """Steps that failed for another reason than photos that failed, with what they said."""


class BatchRuns:
    """Runs of several batches, a few at a time; each step in a process of its own.

    The runs share this process, so that one fork server serves them all.
    """

    def __init__(
        self, instance: dg.DagsterInstance, batches: Sequence[Batch], *, at_once: int
    ) -> None:
        self._instance = instance
        self._job = dg.reconstructable(process_batch_job)
        self._stopped = threading.Event()
        self._pool = ThreadPoolExecutor(at_once, thread_name_prefix="batch")
        self.futures: list[Future[BatchRun | None]] = [
            self._pool.submit(self._run, batch) for batch in batches
        ]

    @property
    def finished(self) -> bool:
        """Whether all have ended."""
        return all(future.done() for future in self.futures)

    def ends(self) -> list[BatchRun]:
        """How each ended, once all did; those never started are not among them."""
        return [end for future in self.futures if (end := future.result())]

    def stop(self) -> None:
        """End the steps under way and start nothing more."""
        self._stopped.set()
        for future in self.futures:
            future.cancel()
        for process in psutil.Process().children(recursive=True):
            process.terminate()
        self._pool.shutdown(wait=True)

    def _run(self, batch: Batch) -> BatchRun | None:
        if self._stopped.is_set():
            return None
        result = dg.execute_job(
            self._job,
            instance=self._instance,
            run_config=_QUIET,
            tags={**run_tags(batch), "dagster/partition": batch.key},
            raise_on_error=False,
        )
        return BatchRun(
            batch=batch.key,
            run_id=result.run_id,
            success=result.success,
            broken_steps={
                event.step_key or "": _why(event)
                for event in result.all_events
                if event.is_step_failure and event.step_key != _GATE
            },
        )


def _why(event: dg.DagsterEvent) -> str:
    """The innermost reason: what the world said, not what Dagster says of it."""
    error = event.step_failure_data.error
    while error is not None and error.cause is not None:
        error = error.cause
    return error.message.strip() if error else "no reason recorded"
