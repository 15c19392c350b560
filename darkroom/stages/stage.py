"""One stage over all photos of a batch: keep the rows that stand, work on the rest in parallel."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from darkroom.errors import ObjectMissing, PhotoFailed
from darkroom.outcomes import Failure, Outcome
from darkroom.rows import Row
from darkroom.stages.incremental import Earlier, standing
from darkroom.work.in_threads import work_through
from darkroom.work.progress import Meter

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

    def outstanding(self, previous: Earlier[R]) -> list[Need[W]]:
        """The photos that have to be worked on."""
        return [
            need
            for need in self.needs
            if need.work is not None and standing(previous, need.photo_id, need.inputs) is None
        ]


def run_stage(
    stage: Stage[W, R],
    *,
    previous: Earlier[R],
    meter: Meter,
    threads: int,
    keep: Callable[[R], None] = lambda _: None,
) -> list[R]:
    """The stage's whole table, in the order of its needs; `keep` gets each row once it is made.

    A `PhotoFailed`, or an object that the store no longer holds, becomes that photo's row. Any
    other error stops the stage, and photos whose turn has not come are left alone.
    """
    made: dict[str, R] = {}

    def failed(need: Need[W], failure: Failure) -> R:
        return stage.row(
            photo_id=need.photo_id, outcome=Outcome.FAILED, failure=failure, inputs=need.inputs
        )

    def work_on(need: Need[W]) -> None:
        assert need.work is not None  # noqa: S101 - only those are outstanding
        started = time.perf_counter()
        try:
            result = stage.make(need, need.work)
        except PhotoFailed as error:
            result = failed(need, error.failure)
        except ObjectMissing as error:
            failure = Failure(error_type="ObjectMissing", message=str(error), retryable=False)
            result = failed(need, failure)
        seconds = time.perf_counter() - started
        made[need.photo_id] = row = result.model_copy(update={"seconds": seconds})
        keep(row)
        meter.photo(result.outcome, seconds=seconds)

    work_through(stage.outstanding(previous), work_on, threads=threads, name=stage.name)
    return [
        made.get(need.photo_id)
        or standing(previous, need.photo_id, need.inputs)
        or stage.row(photo_id=need.photo_id, outcome=Outcome.SKIPPED, inputs=need.inputs)
        for need in stage.needs
    ]
