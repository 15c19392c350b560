from pathlib import Path

import pytest

from darkroom.outcomes import Outcome
from darkroom.reports.joining import Stages
from darkroom.rows import (
    DeliveryRow,
    Entry,
    PhotoRow,
    RecordRow,
    RenditionRow,
    TextRow,
    ValidationRow,
)
from darkroom.stages.batch_tables import (
    MANIFESTS,
    STAGE_ROWS,
    Accepted,
    accepted,
    previous_rows,
    read_results,
    read_stages,
)
from darkroom.storage.tables import Tables
from resources.stores.folder import FolderStore

DONE = Outcome.DONE


@pytest.fixture
def tables(tmp_path: Path) -> Tables:
    return Tables(FolderStore(tmp_path))


def photo(**known: object) -> PhotoRow:
    row = {"photo_id": "a", "outcome": DONE, "inputs": "i", "uri": "u", "filename": "f"}
    return PhotoRow.model_validate({**row, "sha256": "ab", "width": 400, **known})


def validation(outcome: Outcome = DONE) -> ValidationRow:
    return ValidationRow(photo_id="a", outcome=outcome, inputs="i")


def rendition(**known: object) -> RenditionRow:
    row = {"photo_id": "a", "outcome": DONE, "inputs": "i"}
    return RenditionRow.model_validate({**row, "sha256": "cd", "width": 100, **known})


def test_an_accepted_photo_has_all_that_later_stages_need() -> None:
    """Both contents, and how much larger the original is."""
    assert accepted([photo()], [validation()], [rendition()]) == {
        "a": Accepted(photo(), original_sha256="ab", rendition_sha256="cd", scale=4.0)
    }


@pytest.mark.parametrize("outcome", [Outcome.REJECTED, Outcome.FAILED, Outcome.SKIPPED])
def test_a_photo_without_a_good_verdict_is_skipped(outcome: Outcome) -> None:
    """Even where there is a rendition of it."""
    assert accepted([photo()], [validation(outcome)], [rendition()]) == {"a": None}


@pytest.mark.parametrize(
    ("photo", "rendition"),
    [
        (photo(sha256=None), rendition()),
        (photo(), rendition(sha256=None)),
        (photo(width=None), rendition()),
        (photo(), rendition(width=None)),
    ],
    ids=["no original", "no rendition", "no header", "no size"],
)
def test_a_photo_of_which_something_is_missing_is_skipped(
    photo: PhotoRow, rendition: RenditionRow
) -> None:
    """A box scaled by a guess would point anywhere."""
    assert accepted([photo], [validation()], [rendition]) == {"a": None}


def test_photos_keep_the_order_of_the_manifest() -> None:
    """Whatever the order of the other tables."""
    ids = ["c", "a", "b"]
    photos = [photo(photo_id=each) for each in ids]
    verdicts = [validation().model_copy(update={"photo_id": each}) for each in sorted(ids)]
    images = [rendition(photo_id=each) for each in reversed(ids)]

    assert list(accepted(photos, verdicts, images)) == ids


def test_earlier_rows_are_found_by_photo(tables: Tables) -> None:
    """None before the first run, nor in another batch."""
    row = TextRow(photo_id="a", outcome=DONE, inputs="i", text="word")
    tables.write("texts", "b1", [row])

    assert previous_rows(tables, "texts", "b1", TextRow) == {"a": row}
    assert previous_rows(tables, "texts", "b2", TextRow) == {}
    assert previous_rows(tables, "codes", "b1", TextRow) == {}


def test_the_tables_of_all_stages_are_read(tables: Tables) -> None:
    """Those that have been made; the names are those of the fields of `Stages`."""
    record = RecordRow(photo_id="a", outcome=DONE, inputs="i")
    tables.write("photos", "b1", [photo()])
    tables.write("records", "b1", [record])

    assert list(STAGE_ROWS) == list(Stages.__dataclass_fields__)
    assert read_stages(tables, "b1").made() == {"photos": {"a": photo()}, "records": {"a": record}}
    assert read_stages(tables, "b1", leave_out=["records"]).made() == {"photos": {"a": photo()}}


def test_results_join_the_manifest_with_what_the_stages_know(tables: Tables) -> None:
    """Leaving a stage out gives the results as they were before it."""
    entry = Entry(photo_id="a", uri="u", filename="f", identity="u")
    tables.write(MANIFESTS, "b1", [entry])
    tables.write("photos", "b1", [photo()])
    delivered = DeliveryRow(photo_id="a", outcome=DONE, inputs="i", delivered_uri="file:///a")
    tables.write("deliveries", "b1", [delivered])

    [result] = read_results(tables, "b1")
    [before] = read_results(tables, "b1", leave_out=["deliveries"])

    assert (result.outcome, result.sha256, result.delivered_uri) == ("done", "ab", "file:///a")
    assert (before.outcome, before.sha256, before.delivered_uri) == ("pending", "ab", None)
    assert read_results(tables, "unknown") == []
