import hashlib
import io
from pathlib import Path

import pytest
from PIL import Image

from darkroom.reports.reporting import (
    BatchCounts,
    StageSpeed,
    contact_sheet_of,
    counts_of,
    failure_records,
    findings_of,
    reasons_table,
    speed_table,
    speeds,
)
from darkroom.results import PhotoResult, RenditionResult, StageFailure
from darkroom.storage.blobs import blob_name
from darkroom.work.progress import StageProgress
from resources.stores.folder import FolderStore

TIMEOUT = StageFailure(
    stage="photos", error_type="Timeout", message="no answer", attempts=4, retryable=True
)
CRASH = StageFailure(
    stage="texts",
    error_type="Crashed",
    message="line\nbreak \u202e",
    attempts=1,
    retryable=False,
)


def result(photo_id: str, outcome: str, **more: object) -> PhotoResult:
    known = {"batch": "b1", "photo_id": photo_id, "filename": f"{photo_id}.jpg", "uri": "u"}
    return PhotoResult.model_validate({**known, "outcome": outcome, **more})


RESULTS = [
    result("a", "done"),
    result("b", "rejected", reasons=["blurry", "dark"]),
    result("c", "rejected", reasons=["blurry"]),
    result("d", "failed", failures=[TIMEOUT, CRASH]),
    result("e", "pending"),
    result("f", "failed", failures=[TIMEOUT], reasons=["dark"]),
]


def progress(stage: str, **figures: object) -> StageProgress:
    return StageProgress.model_validate({"batch": "b1", "stage": stage, "total": 9, **figures})


def test_photos_are_counted_by_their_outcome() -> None:
    """Each once, also those that are still on their way."""
    assert counts_of(RESULTS) == BatchCounts(photos=6, done=1, rejected=2, failed=2, pending=1)
    assert counts_of([]) == BatchCounts(photos=0, done=0, rejected=0, failed=0, pending=0)


def test_speed_is_that_of_the_run_shown() -> None:
    """A stage in which every row stood has none."""
    shown = [
        progress("ingest", done=9, seconds=2.0, work_seconds=7.0),
        progress("texts", done=0, seconds=0.5),
        progress("records", done=9, seconds=0.5),
    ]

    assert speeds(shown) == [
        StageSpeed("ingest", worked_on=9, seconds=2.0, work_seconds=7.0),
        StageSpeed("records", worked_on=9, seconds=0.5, work_seconds=None),
    ]


def test_the_speed_up_is_over_one_photo_at_a_time() -> None:
    """Where photos are not worked on one by one there is nothing to compare with."""
    assert speed_table(
        [
            StageSpeed("ingest", worked_on=9, seconds=2.0, work_seconds=7.0),
            StageSpeed("records", worked_on=9, seconds=0.0, work_seconds=None),
        ]
    ).splitlines() == [
        "| stage | photos | seconds | photos/s | one at a time, s | speed-up |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
        "| ingest | 9 | 2.00 | 4.50 | 7.00 | 3.50 |",
        "| records | 9 | 0.00 |  |  |  |",
    ]


def test_reasons_are_counted_most_frequent_first() -> None:
    """Of rejected photos their reasons; of failed ones stage and error alone."""
    assert reasons_table(RESULTS).splitlines()[2:] == [
        "| rejected | blurry | 2 |",
        "| failed | photos: Timeout | 2 |",
        "| rejected | dark | 1 |",
        "| failed | texts: Crashed | 1 |",
    ]


def test_every_failure_of_every_photo_has_its_line() -> None:
    """As text that shows what it holds."""
    assert failure_records(RESULTS[:4]) == [
        {
            "photo": "d",
            "file": "d.jpg",
            "stage": "photos",
            "error": "Timeout",
            "message": "no answer",
            "attempts": 4,
            "may pass later": "yes",
        },
        {
            "photo": "d",
            "file": "d.jpg",
            "stage": "texts",
            "error": "Crashed",
            "message": "line break ⟨202E⟩",
            "attempts": 1,
            "may pass later": "no",
        },
    ]


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path)


def red_photo(store: FolderStore, *, kept: bool) -> PhotoResult:
    into = io.BytesIO()
    Image.new("RGB", (40, 30), (255, 0, 0)).save(into, "PNG")
    sha256 = hashlib.sha256(into.getvalue()).hexdigest()
    if kept:
        store.put(blob_name(sha256), into.getvalue())
    rendition = RenditionResult(sha256=sha256, format="PNG", width=40, height=30, bytes=1)
    return result("red", "done", rendition=rendition)


def is_red(sheet: bytes) -> bool:
    """Whether the picture of the first tile is red."""
    with Image.open(io.BytesIO(sheet)) as image:
        red, green, blue = image.convert("RGB").getpixel((12 + 75, 12 + 75))  # type: ignore[misc]  # three channels
        return bool(red > 200 and green < 60 and blue < 60)


def test_the_contact_sheet_shows_renditions(store: FolderStore) -> None:
    """Taken from the store."""
    assert is_red(contact_sheet_of([red_photo(store, kept=True)], store))


def test_a_missing_rendition_leaves_the_sheet_whole(store: FolderStore) -> None:
    """Its tile says that there is no picture."""
    lost, kept = (
        contact_sheet_of([red_photo(store, kept=False), *RESULTS], store),
        contact_sheet_of([red_photo(store, kept=True), *RESULTS], store),
    )

    assert (is_red(lost), is_red(kept)) == (False, True)


def test_a_sheet_that_shows_the_same_is_not_drawn_again(store: FolderStore) -> None:
    """One that shows other photos, another outcome or no picture is; so is what is no sheet."""
    lost = red_photo(store, kept=False)
    earlier = contact_sheet_of([lost, *RESULTS], store)
    kept = [red_photo(store, kept=True), *RESULTS]
    drawn = contact_sheet_of(kept, store)
    failed = kept[0].model_copy(update={"outcome": "failed", "failures": [TIMEOUT]})

    assert contact_sheet_of(kept, store, drawn) is drawn
    assert contact_sheet_of(kept, store, earlier) == drawn
    assert contact_sheet_of([failed, *RESULTS], store, drawn) != drawn
    assert contact_sheet_of(kept, store, b"no sheet") == drawn


def test_a_long_batch_shows_its_trouble(store: FolderStore) -> None:
    """The sheet is bounded, and the one red photo at its end is there only if it failed."""
    many = [result(str(number), "done") for number in range(500)]
    fine = red_photo(store, kept=True)
    failed = fine.model_copy(update={"outcome": "failed", "failures": [TIMEOUT]})

    plain = contact_sheet_of([*many, fine], store)
    troubled = contact_sheet_of([*many, failed], store)

    with Image.open(io.BytesIO(plain)) as one, Image.open(io.BytesIO(troubled)) as other:
        assert one.size == other.size
    assert plain == contact_sheet_of([*many, many[0]], store)
    assert plain != troubled


def test_a_few_photos_are_shown_with_what_was_found(store: FolderStore) -> None:
    """Six at most, in three rows of two, those with several kinds of findings first."""
    word, code = {"text": "w", "confidence": 1, "box": [0, 0, 9, 9]}, {"symbology": "QRCode"}
    code |= {"text": "t", "polygon": [[0, 0], [9, 0], [9, 9]]}
    read = [result(str(number), "done", width=90, words=[word]) for number in range(500)]
    red = red_photo(store, kept=True).model_copy(update={"width": 90})
    both = result("both", "done", width=90, words=[word], codes=[code], rendition=red.rendition)

    findings = findings_of([*RESULTS, *read, both], store)
    of_one = findings_of([both], store)

    assert findings is not None
    assert of_one is not None
    with Image.open(io.BytesIO(findings)) as all_of_them, Image.open(io.BytesIO(of_one)) as one:
        assert all_of_them.size == (2 * (480 + 16) + 16, 3 * (480 + 44 + 16) + 16)
        red_pixels = [each.convert("RGB").getpixel((256, 316)) for each in (all_of_them, one)]
    assert all(pixel[0] > 200 and pixel[1] < 60 for pixel in red_pixels)  # type: ignore[index]  # three channels
    assert len(findings) <= 200_000


def test_where_nothing_was_found_nothing_is_shown(store: FolderStore) -> None:
    """Not even an empty picture."""
    assert findings_of(RESULTS, store) is None


def test_a_batch_without_photos_has_a_sheet(store: FolderStore) -> None:
    """An empty one."""
    with Image.open(io.BytesIO(contact_sheet_of([], store))) as sheet:
        assert sheet.format == "JPEG"
