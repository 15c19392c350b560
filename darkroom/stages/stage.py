"""One stage over all photos of a batch: keep the rows that stand, work on the rest in parallel."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
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
class Together(Generic[W, R]):
    """How a stage works on several photos at once."""

    photos: int
    make: Callable[[Sequence[Need[W]]], list[R]]
    """A row for each. If it raises `PhotoFailed`, which does not say whose trouble it is, each of
    them is worked on alone."""


@dataclass(frozen=True, slots=True)
class Stage(Generic[W, R]):
    """What a stage does to each photo, and to which."""

    name: str
    row: type[R]
    needs: Sequence[Need[W]]
    """One per photo, in the manifest's order."""
    make: Callable[[Need[W], W], R]
    """The row of one photo. May raise `PhotoFailed`; is called from several threads."""
    together: "Together[W, R] | None" = None
    """For a stage that is quicker with several photos at once."""
    recall: Callable[[Iterable[R]], None] = lambda _: None
    """Told of all rows that earlier runs left, the latest last, before anything is made."""

    def outstanding(self, previous: Earlier[R]) -> list[Need[W]]:
        """The photos that have to be worked on."""
        return [
            need
            for need in self.needs
            if need.work is not None and standing(previous, need.photo_id, need.inputs) is None
        ]

    def stands(self, table: Sequence[Row]) -> bool:
        """Whether a table, or what all stages say of it, is just what the stage would make."""
        return [(need.photo_id, need.inputs) for need in self.needs] == [
            (row.photo_id, row.inputs) for row in table if row.outcome is not Outcome.FAILED
        ]


def standing_stage(name: str, row: type[R], table: Sequence[R]) -> Stage[W, R]:
    """The stage whose whole table stands: there is nothing to work on."""

    def make(need: Need[W], _: W) -> R:
        raise AssertionError(f"{need.photo_id} was not to be worked on")

    return Stage(name, row, [Need(each.photo_id, each.inputs, None) for each in table], make)


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

    def work_on(group: Sequence[Need[W]]) -> None:
        for row in _rows_of(stage, group):
            made[row.photo_id] = row
            keep(row)
            meter.photo(row.outcome, seconds=row.seconds)

    groups = _groups(stage.outstanding(previous), stage.together.photos if stage.together else 1)
    work_through(groups, work_on, threads=threads, name=stage.name)
    return [
        made.get(need.photo_id)
        or standing(previous, need.photo_id, need.inputs)
        or stage.row(photo_id=need.photo_id, outcome=Outcome.SKIPPED, inputs=need.inputs)
        for need in stage.needs
    ]


def _groups(needs: Sequence[Need[W]], size: int) -> list[Sequence[Need[W]]]:
    return [needs[start : start + size] for start in range(0, len(needs), size)]


def _rows_of(stage: Stage[W, R], group: Sequence[Need[W]]) -> Iterator[R]:
    if stage.together is not None and len(group) > 1:
        started = time.perf_counter()
        try:
            rows = stage.together.make(group)
        except (PhotoFailed, ObjectMissing):
            rows = []
        if rows:
            each = (time.perf_counter() - started) / len(group)
            yield from (row.model_copy(update={"seconds": each}) for row in rows)
            return
    for need in group:
        yield _row_of(stage, need)


def _row_of(stage: Stage[W, R], need: Need[W]) -> R:
    assert need.work is not None  # noqa: S101 - only those are outstanding
    started = time.perf_counter()
    try:
        row = stage.make(need, need.work)
    except PhotoFailed as error:
        row = _failed(stage, need, error.failure)
    except ObjectMissing as error:
        failure = Failure(error_type="ObjectMissing", message=str(error), retryable=False)
        row = _failed(stage, need, failure)
    if row.seconds or row.outcome is Outcome.SKIPPED:
        # Of what waits its turn before it works, only the row knows; nobody worked on the other.
        return row
    return row.model_copy(update={"seconds": time.perf_counter() - started})


def _failed(stage: Stage[W, R], need: Need[W], failure: Failure) -> R:
    return stage.row(
        photo_id=need.photo_id, outcome=Outcome.FAILED, failure=failure, inputs=need.inputs
    )
