"""Which photos of a batch are compared, and what becomes of the others."""

from collections.abc import Iterable, Sequence

import pytest

from darkroom.imaging.transforms import TURNS
from darkroom.outcomes import Outcome
from darkroom.ports import Arrival, Fingerprint, KnownHashes
from darkroom.recognition.looks import Look, RingHash
from darkroom.rows import DuplicateRow, HashRow, PhotoRow, Rings, TurnedHash
from darkroom.settings import DuplicateSettings
from darkroom.stages.batch_tables import SKIPPED_INPUTS, Accepted
from darkroom.stages.duplicate_stage import DuplicatePlan
from darkroom.work.progress import Meter, StageProgress


class OneBatch:
    """An index that knows no other batch and remembers what it was told."""

    def __init__(self) -> None:
        self.registered: list[str] | None = None
        self.fingerprints: list[Fingerprint] = []

    def register(self, batch: str, fingerprints: Sequence[Fingerprint]) -> dict[str, Arrival]:
        self.registered = [each.photo_id for each in fingerprints]
        self.fingerprints = list(fingerprints)
        return {
            each.photo_id: Arrival(place, batch, each.photo_id, each.sha256)
            for place, each in enumerate(fingerprints)
        }

    def first_with(self, sha256s: Iterable[str]) -> dict[str, Arrival]:  # noqa: ARG002 - the port's signature
        return {}

    def known_hashes(self, before: int) -> list[KnownHashes]:  # noqa: ARG002 - the port's signature
        return []

    def looks(self, orders: Iterable[int]) -> dict[int, Look]:  # noqa: ARG002 - the port's signature
        return {}

    def locate(self, orders: Iterable[int]) -> dict[int, Arrival]:  # noqa: ARG002 - the port's signature
        return {}


@pytest.fixture
def index() -> OneBatch:
    return OneBatch()


def plan(
    photos: dict[str, bool],
    previous: dict[str, DuplicateRow] | None = None,
    *,
    database: str = "",
    settings: DuplicateSettings | None = None,
    phash: str | None = "0f" * 8,
    detail: float = 30.0,
) -> DuplicatePlan:
    """For photos by id, each accepted or not."""
    done = Outcome.DONE
    return DuplicatePlan(
        {
            photo_id: Accepted(
                PhotoRow(photo_id=photo_id, outcome=done, inputs="", uri="", filename=""),
                f"sha256 of {photo_id}",
                "cd",
                1.0,
            )
            if accepted
            else None
            for photo_id, accepted in photos.items()
        },
        {
            each: HashRow(
                photo_id=each,
                outcome=done,
                inputs="",
                phash=phash,
                dhash="f0" * 8,
                detail=detail,
                turned=[
                    TurnedHash(transform=str(turn), phash=f"{n:016x}", dhash=f"{n + 16:016x}")
                    for n, turn in enumerate(TURNS)
                    if n
                ],
                rings=[Rings(hash=f"{255:016x}", pattern="0102")],
            )
            for each in photos
        },
        previous=previous or {},
        settings=settings or DuplicateSettings(),
        database=database,
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


def test_a_table_in_another_order_does_not_stand(index: OneBatch) -> None:
    """Nor one with a photo that is no longer in the manifest."""
    both = {"1": True, "2": False}
    first = plan(both).rows("b", index, meter())
    turned = {row.photo_id: row for row in reversed(first)}

    assert plan(both, {row.photo_id: row for row in first}).stands
    assert not plan(both, turned).stands
    assert not plan({"1": True}, turned).stands
    assert plan(both, turned).rows("b", index, meter()) == first


def test_one_new_photo_has_the_whole_batch_compared(index: OneBatch) -> None:
    """It may be what another one resembles."""
    first = plan({"1": True, "2": False}).rows("b", index, meter())
    again = plan({"1": True, "2": True}, {row.photo_id: row for row in first})

    assert again.outstanding == 2
    assert [row.outcome for row in again.rows("b", index, meter())] == [Outcome.DONE] * 2


def fingerprint(index: OneBatch, plan: DuplicatePlan) -> Fingerprint:
    plan.rows("b", index, meter())
    [own] = index.fingerprints
    return own


def test_a_photo_is_compared_by_its_bytes_and_its_look(index: OneBatch) -> None:
    """All that is known of it when it arrives."""
    assert fingerprint(index, plan({"1": True})) == Fingerprint(
        photo_id="1",
        sha256="sha256 of 1",
        look=Look(
            phash=(int("0f" * 8, 16), 1, 2, 3, 4, 5, 6, 7),
            dhash=(int("f0" * 8, 16), 17, 18, 19, 20, 21, 22, 23),
            rings=(RingHash(255, b"\x01\x02"),),
        ),
    )


def test_a_photo_with_little_to_see_is_not_compared_by_look(index: OneBatch) -> None:
    """All gray walls look the same, whichever checks are on."""
    assert fingerprint(index, plan({"1": True}, detail=1.9)).look is None


def test_a_photo_without_hashes_is_not_compared_by_look(index: OneBatch) -> None:
    """Its bytes still are."""
    own = fingerprint(index, plan({"1": True}, phash=None))

    assert (own.sha256, own.look) == ("sha256 of 1", None)


def test_another_database_setting_or_hash_has_the_batch_compared_again(index: OneBatch) -> None:
    """A new database knows none of its photos."""
    first = plan({"1": True}).rows("b", index, meter())
    previous = {row.photo_id: row for row in first}

    assert plan({"1": True}, previous).outstanding == 0
    assert plan({"1": True}, previous, database="sqlite:///other.db").outstanding == 1
    assert plan({"1": True}, previous, settings=DuplicateSettings(phash_radius=1)).outstanding == 1
    assert plan({"1": True}, previous, phash="0e" * 8).outstanding == 1
    assert plan({"1": False}, previous).rows("b", index, meter())[0].outcome is Outcome.SKIPPED
