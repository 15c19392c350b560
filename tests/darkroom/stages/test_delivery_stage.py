"""What is handed over, under which name, and when again."""

import csv
import hashlib
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from darkroom.outcomes import Outcome
from darkroom.results import PhotoResult, RenditionResult, StageFailure
from darkroom.rows import DeliveryRow
from darkroom.settings import DeliverySettings
from darkroom.stages.batch_tables import SKIPPED_INPUTS
from darkroom.stages.delivery_stage import Parcel, deliver_csv, deliveries_stage
from darkroom.stages.incremental import earlier
from darkroom.stages.stage import Stage, run_stage
from darkroom.storage.blobs import blob_name
from darkroom.work.progress import Meter, StageProgress
from resources.stores.folder import FolderStore

LOST = StageFailure(
    stage="photos", error_type="NotFound", message="404", attempts=1, retryable=False
)


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@dataclass(frozen=True)
class WatchedStore(FolderStore):
    """A folder that notes what is written to it."""

    written: list[str] = field(default_factory=list)

    def put(self, name: str, data: bytes) -> None:
        self.written.append(name)
        super().put(name, data)

    def add(self, name: str, source: Path, *, given: bool = False) -> bool:
        self.written.append(name)
        return super().add(name, source, given=given)


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    """Holds the two files of `lake.jpg` and the one of `blurry.jpg`."""
    store = FolderStore(tmp_path / "store")
    for data in (b"lake, original", b"lake, rendition", b"blurry, original"):
        store.put(blob_name(sha256(data)), data)
    return store


@pytest.fixture
def target(tmp_path: Path) -> WatchedStore:
    return WatchedStore(tmp_path / "delivered")


def result(photo_id: str, outcome: str, **more: object) -> PhotoResult:
    known = {"batch": "b1", "photo_id": photo_id, "filename": f"{photo_id}.jpg", "uri": "u"}
    return PhotoResult.model_validate({**known, "outcome": outcome, **more})


RESULTS = [
    result(
        "lake",
        "pending",
        sha256=sha256(b"lake, original"),
        format="JPEG",
        rendition=RenditionResult(
            sha256=sha256(b"lake, rendition"), format="PNG", width=4, height=3, bytes=15
        ),
    ),
    result("blurry", "rejected", sha256=sha256(b"blurry, original"), format="JPEG"),
    result("large", "rejected"),
    result("gone", "failed", failures=[LOST]),
]


def stage(
    store: FolderStore, target: FolderStore, results: list[PhotoResult], **settings: object
) -> Stage[Parcel, DeliveryRow]:
    return deliveries_stage(
        "b1",
        results,
        settings=DeliverySettings.model_validate(settings),
        store=store,
        target=target,
    )


def run(
    stage: Stage[Parcel, DeliveryRow], previous: list[DeliveryRow] | None = None
) -> list[DeliveryRow]:
    start = StageProgress(batch="b1", stage="deliveries", total=len(stage.needs))
    meter = Meter(start, board=lambda _: None, log=lambda _: None)
    return run_stage(stage, previous=earlier(previous or []), meter=meter, threads=2)


def delivered(target: FolderStore) -> dict[str, bytes]:
    return {name: target.read(name) for name in target.names("")}


def test_accepted_renditions_and_rejected_originals_are_delivered_by_content(
    store: FolderStore, target: WatchedStore
) -> None:
    """A photo that was never fetched has nothing to hand over; one that failed waits."""
    lake = f"accepted/{sha256(b'lake, rendition')}.png"
    blurry = f"rejected/{sha256(b'blurry, original')}.jpg"

    rows = run(stage(store, target, RESULTS))

    assert [(row.outcome, row.delivered_uri, row.original_uri) for row in rows] == [
        (Outcome.DONE, target.uri(lake), None),
        (Outcome.DONE, target.uri(blurry), None),
        (Outcome.SKIPPED, None, None),
        (Outcome.SKIPPED, None, None),
    ]
    assert delivered(target) == {lake: b"lake, rendition", blurry: b"blurry, original"}


def test_photos_are_delivered_by_name_with_their_originals(
    store: FolderStore, target: WatchedStore
) -> None:
    """When the settings say so."""
    rows = run(stage(store, target, RESULTS, naming="name", originals=True))

    assert delivered(target) == {
        "accepted/b1/lake.png": b"lake, rendition",
        "accepted/b1/originals/lake.jpg": b"lake, original",
        "rejected/b1/blurry.jpg": b"blurry, original",
    }
    assert rows[0].original_uri == target.uri("accepted/b1/originals/lake.jpg")


def test_a_name_given_by_a_sender_is_replaced(store: FolderStore, target: WatchedStore) -> None:
    """It does not stand for its content."""
    target.put("accepted/b1/lake.png", b"of an earlier import")

    run(stage(store, target, RESULTS, naming="name"))

    assert target.read("accepted/b1/lake.png") == b"lake, rendition"


@pytest.mark.parametrize("naming", ["content", "name"])
def test_nothing_is_delivered_twice(store: FolderStore, target: WatchedStore, naming: str) -> None:
    """A second run keeps every row and writes nothing."""
    first = run(stage(store, target, RESULTS, naming=naming))
    deliver_csv("b1", RESULTS, first, target)
    target.written.clear()

    again = run(stage(store, target, RESULTS, naming=naming), first)
    deliver_csv("b1", RESULTS, again, target)

    assert again == first
    assert target.written == []


def test_another_target_gets_everything(
    store: FolderStore, target: WatchedStore, tmp_path: Path
) -> None:
    """What stands in one place is not in the other."""
    first = run(stage(store, target, RESULTS))
    other = WatchedStore(tmp_path / "other")

    rows = run(stage(store, other, RESULTS), first)

    assert delivered(other) == delivered(target)
    assert str(rows[0].delivered_uri).startswith(other.root.as_uri())


def test_a_photo_that_failed_is_delivered_once_it_is_redone(
    store: FolderStore, target: WatchedStore
) -> None:
    """And nothing else is."""
    first = run(stage(store, target, RESULTS))
    target.written.clear()
    redone = RESULTS[1].model_copy(update={"photo_id": "gone", "filename": "gone.jpg"})

    second = stage(store, target, [*RESULTS[:3], redone])

    assert [need.photo_id for need in second.outstanding(earlier(first))] == ["gone"]
    assert run(second, first)[:3] == first[:3]


def test_deliveries_that_are_off_skip_every_photo(store: FolderStore, target: WatchedStore) -> None:
    """Nothing is written."""
    rows = run(stage(store, target, RESULTS, enabled=False))

    assert {(row.outcome, row.inputs) for row in rows} == {(Outcome.SKIPPED, SKIPPED_INPUTS)}
    assert target.written == []


def test_the_list_of_results_says_where_everything_is(
    store: FolderStore, target: WatchedStore
) -> None:
    """A photo that waited for nothing but its delivery is done."""
    rows = run(stage(store, target, RESULTS))

    deliver_csv("b1", RESULTS, rows, target)

    assert listed(target) == [
        ("lake", "done", str(rows[0].delivered_uri)),
        ("blurry", "rejected", str(rows[1].delivered_uri)),
        ("large", "rejected", ""),
        ("gone", "failed", ""),
    ]


def test_a_delivery_that_failed_is_no_success_in_the_list(
    store: FolderStore, target: WatchedStore
) -> None:
    """Here the store lost the rendition."""
    store.delete(blob_name(sha256(b"lake, rendition")))
    rows = run(stage(store, target, RESULTS))
    assert rows[0].outcome is Outcome.FAILED

    deliver_csv("b1", RESULTS, rows, target)

    assert listed(target)[0] == ("lake", "failed", "")
    assert b"deliveries" in target.read("results/b1/results.csv")


def listed(target: FolderStore) -> list[tuple[str, str, str]]:
    lines = target.read("results/b1/results.csv").decode().splitlines()
    return [
        (line["photo_id"], line["outcome"], line["delivered_uri"]) for line in csv.DictReader(lines)
    ]
