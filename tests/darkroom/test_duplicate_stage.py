"""Which photos of a batch are compared, and what becomes of the others."""

from collections.abc import Iterable, Sequence

import numpy as np
import pytest

from darkroom.batch_tables import SKIPPED_INPUTS, Accepted
from darkroom.duplicate_stage import DuplicatePlan
from darkroom.outcomes import Outcome
from darkroom.ports import Arrival, Fingerprint, KnownHashes
from darkroom.progress import Meter, StageProgress
from darkroom.rows import DuplicateRow, HashRow, PhotoRow, ValidationRow
from darkroom.settings import DuplicateSettings


class OneBatch:
    """An index that knows no other batch and remembers what it was told."""

    def __init__(self) -> None:
        self.registered: list[str] | None = None

    def register(self, batch: str, fingerprints: Sequence[Fingerprint]) -> dict[str, Arrival]:
        self.registered = [each.photo_id for each in fingerprints]
        return {
            each.photo_id: Arrival(place, batch, each.photo_id)
            for place, each in enumerate(fingerprints)
        }

    def first_with(self, sha256s: Iterable[str]) -> dict[str, Arrival]:  # noqa: ARG002 - the port's signature
        return {}

    def known_hashes(self, before: int) -> KnownHashes:  # noqa: ARG002 - the port's signature
        none = np.zeros(0, np.uint64)
        return KnownHashes(np.zeros(0, np.int64), none, none)

    def locate(self, orders: Iterable[int]) -> dict[int, Arrival]:  # noqa: ARG002 - the port's signature
        return {}


@pytest.fixture
def index() -> OneBatch:
    return OneBatch()


def plan(photos: dict[str, bool], previous: dict[str, DuplicateRow] | None = None) -> DuplicatePlan:
    """For photos by id, each accepted or not."""
    done = Outcome.DONE
    return DuplicatePlan(
        {
            photo_id: Accepted(
                PhotoRow(photo_id=photo_id, outcome=done, inputs="", uri="", filename=""),
                "ab",
                "cd",
                1.0,
            )
            if accepted
            else None
            for photo_id, accepted in photos.items()
        },
        {
            each: HashRow(photo_id=each, outcome=done, inputs="", sha256="ab", phash="0f" * 8)
            for each in photos
        },
        {each: ValidationRow(photo_id=each, outcome=done, inputs="") for each in photos},
        previous=previous or {},
        settings=DuplicateSettings(),
        database="",
    )


def meter() -> Meter:
    start = StageProgress(batch="b", stage="duplicates", total=0)
    return Meter(start, board=lambda _: None, log=lambda _: None)


def test_a_batch_without_an_accepted_photo_has_its_table(index: OneBatch) -> None:
    """Every photo is skipped, and the index forgets what it knew of the batch."""
    rows = plan({"1": False, "2": False}).rows("b", index, meter())

    assert rows == [
        DuplicateRow(photo_id=photo_id, outcome=Outcome.SKIPPED, inputs=SKIPPED_INPUTS)
        for photo_id in ("1", "2")
    ]
    assert index.registered == []


def test_a_table_that_stands_is_left_alone(index: OneBatch) -> None:
    """With nothing new, nothing is registered or compared again."""
    first = plan({"1": True, "2": False}).rows("b", index, meter())
    index.registered = None
    again = plan({"1": True, "2": False}, {row.photo_id: row for row in first})

    assert again.outstanding == 0
    assert again.rows("b", index, meter()) == first
    assert index.registered is None


def test_one_new_photo_has_the_whole_batch_compared(index: OneBatch) -> None:
    """It may be what another one resembles."""
    first = plan({"1": True, "2": False}).rows("b", index, meter())
    again = plan({"1": True, "2": True}, {row.photo_id: row for row in first})

    assert again.outstanding == 2
    assert [row.outcome for row in again.rows("b", index, meter())] == [Outcome.DONE] * 2
