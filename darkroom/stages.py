"""One stage over all photos of a batch: keep the rows that stand, work on the rest in parallel."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Generic, TypeVar

from darkroom.errors import PhotoFailed
from darkroom.incremental import standing
from darkroom.outcomes import Outcome
from darkroom.progress import Meter
from darkroom.rows import Row

W = TypeVar("W")
R = TypeVar("R", bound=Row)


@dataclass(frozen=True, slots=True)
class Need(Generic[W]):
    """What a stage needs to know of one photo."""

    photo_id: str
    inputs: str
    """Digest of everything that the row depends on."""
    work: W | None
    """What to work on; None when the photo is skipped."""


@dataclass(frozen=True, slots=True)
class Stage(Generic[W, R]):
    """What a stage does to each photo, and to which."""

    name: str
    row: type[R]
    needs: Sequence[Need[W]]
    """One per photo, in the manifest's order."""
    make: Callable[[Need[W], W], R]
    """The row of one photo. May raise `PhotoFailed`; is called from several threads."""

    def outstanding(self, previous: Mapping[str, R]) -> list[Need[W]]:
        """The photos that have to be worked on."""
        return [
            need
            for need in self.needs
            if need.work is not None and standing(previous, need.photo_id, need.inputs) is None
        ]


def run_stage(
    stage: Stage[W, R], *, previous: Mapping[str, R], meter: Meter, threads: int
) -> list[R]:
    """The stage's whole table, in the order of its needs.

    A `PhotoFailed` becomes that photo's row; any other error stops the stage.
    """
    row = stage.row
    made: dict[str, R] = {}

    def work_on(need: Need[W], work: W) -> None:
        started = time.perf_counter()
        try:
            result = stage.make(need, work)
        except PhotoFailed as error:
            result = row(
                photo_id=need.photo_id,
                outcome=Outcome.FAILED,
                failure=error.failure,
                inputs=need.inputs,
            )
        seconds = time.perf_counter() - started
        made[need.photo_id] = result.model_copy(update={"seconds": seconds})
        meter.photo(failed=result.outcome is Outcome.FAILED)

    todo = stage.outstanding(previous)
    with ThreadPoolExecutor(threads, thread_name_prefix=meter.now.stage) as pool:
        _finish(pool.submit(work_on, need, need.work) for need in todo if need.work is not None)
    return [
        made.get(need.photo_id)
        or standing(previous, need.photo_id, need.inputs)
        or row(photo_id=need.photo_id, outcome=Outcome.SKIPPED, inputs=need.inputs)
        for need in stage.needs
    ]


def _finish(futures: Iterable[Future[None]]) -> None:
    """Wait for all; at the first error cancel what has not begun, and raise it."""
    submitted = list(futures)
    done, pending = wait(submitted, return_when=FIRST_EXCEPTION)
    for future in pending:
        future.cancel()
    for future in done:
        future.result()
