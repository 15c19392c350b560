"""Failures that a person ends as accepted."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from darkroom.acceptances import Acceptance
from darkroom.errors import UsageError
from darkroom.imaging.examination import ExaminationSettings
from darkroom.outcomes import Failure, Outcome
from darkroom.rows import Entry, HashRow, PhotoRow, RenditionRow, Row, TextRow, ValidationRow
from darkroom.settings import HashSettings, RenditionSettings, ValidationSettings
from darkroom.stages.accepting import acceptances, write_accepted
from darkroom.stages.batch_tables import read_results
from darkroom.stages.incremental import earlier, standing
from darkroom.stages.ingest_plan import IngestPlan, IngestTables
from darkroom.stages.ingesting import Ingested
from darkroom.storage.tables import Tables
from resources.stores.folder import FolderStore

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
GONE = Failure(error_type="NotFound", message="404", retryable=False)
CRASHED = Failure(error_type="Crashed", message="its worker process ended", retryable=False)
STAGES: dict[str, type[Row]] = {
    "photos": PhotoRow,
    "validations": ValidationRow,
    "hashes": HashRow,
    "renditions": RenditionRow,
}


def _entry(photo_id: str) -> Entry:
    return Entry(
        photo_id=photo_id, uri=f"http://x/{photo_id}", filename=photo_id, identity=photo_id
    )


ENTRIES = [_entry("gone"), _entry("crashed")]


@pytest.fixture
def tables(tmp_path: Path) -> Tables:
    """A batch of two photos: one that could not be fetched, one whose examination crashed."""
    tables = Tables(FolderStore(tmp_path))
    tables.write("manifests", "spring", ENTRIES)
    plan = _plan(tables)
    plan.take(Ingested(ENTRIES[0], failure=GONE))
    plan.take(Ingested(ENTRIES[1], sha256="ab" * 32, bytes=7, failure=CRASHED))
    for stage in STAGES:
        tables.write(stage, "spring", plan.rows(stage))
    return tables


def _plan(tables: Tables, *, min_width_px: int = 64) -> IngestPlan:
    previous = {stage: earlier(tables.read(stage, "spring", row)) for stage, row in STAGES.items()}
    return IngestPlan(
        ENTRIES,
        selected=STAGES,
        previous=IngestTables(**previous),  # type: ignore[arg-type]  # each name has its own row
        settings=ExaminationSettings(
            validation=ValidationSettings(min_width_px=min_width_px),
            hashes=HashSettings(),
            renditions=RenditionSettings(),
        ),
        max_bytes=1000,
    )


def _accept(tables: Tables, *photo_ids: str) -> list[Acceptance]:
    accepted = acceptances(
        tables, "spring", photo_ids, reason="taken down", accepted_by="anna", now=NOW
    )
    write_accepted(tables, "spring", accepted)
    return accepted


def _outcomes(tables: Tables) -> dict[str, tuple[str, str | None]]:
    results = read_results(tables, "spring")
    return {result.photo_id: (result.outcome, result.accepted_reason) for result in results}


def test_all_failures_are_accepted_when_no_photo_is_named(tables: Tables) -> None:
    """Each in the stage it happened in, with who, when and why; a second time there are none."""
    said = {"reason": "taken down", "accepted_by": "anna", "accepted_at": NOW}

    assert _accept(tables) == [
        Acceptance(photo_id="gone", stage="photos", error_type="NotFound", **said),
        Acceptance(photo_id="crashed", stage="validations", error_type="Crashed", **said),
    ]
    assert _outcomes(tables) == {
        "gone": ("failure_accepted", "taken down"),
        "crashed": ("failure_accepted", "taken down"),
    }
    assert _accept(tables) == []


def test_only_the_photos_that_are_named(tables: Tables) -> None:
    """The others stay failed."""
    _accept(tables, "gone")

    assert _outcomes(tables) == {
        "gone": ("failure_accepted", "taken down"),
        "crashed": ("failed", None),
    }


@pytest.mark.parametrize(
    ("photo", "sentence"),
    [
        ("none", "batch spring has no photo none: see `darkroom results spring`"),
        ("sound", "photo sound of spring is done: only failures are accepted"),
    ],
)
def test_what_has_not_failed_cannot_be_accepted(tmp_path: Path, photo: str, sentence: str) -> None:
    """One sentence says why."""
    tables = Tables(FolderStore(tmp_path))
    tables.write("manifests", "spring", [_entry("sound")])
    for stage, kind in (("photos", PhotoRow), ("deliveries", Row)):
        given = {"uri": "", "filename": ""} if kind is PhotoRow else {}
        tables.write(
            stage, "spring", [kind(photo_id="sound", outcome=Outcome.DONE, inputs="", **given)]
        )

    with pytest.raises(UsageError) as caught:
        acceptances(tables, "spring", [photo], reason="x", accepted_by="anna", now=NOW)
    assert str(caught.value) == sentence


def test_an_accepted_failure_is_not_worked_on_again(tables: Tables) -> None:
    """And its rows stand as they are; without the word both would be."""
    assert [task.entry.photo_id for task in _plan(tables).tasks] == ["gone", "crashed"]
    _accept(tables)
    before = {stage: tables.read(stage, "spring", row) for stage, row in STAGES.items()}

    plan = _plan(tables)

    assert plan.tasks == []
    assert {stage: plan.rows(stage) for stage in STAGES} == before


def test_a_changed_setting_works_on_it_again(tables: Tables) -> None:
    """The word was about the photo as it was judged then; how it is fetched has not changed."""
    _accept(tables)

    tasks = _plan(tables, min_width_px=32).tasks
    assert [task.entry.photo_id for task in tasks] == ["crashed"]


def test_any_stage_keeps_an_accepted_row() -> None:
    """While its inputs are the same."""
    row = TextRow(
        photo_id="a", outcome=Outcome.FAILURE_ACCEPTED, failure=CRASHED, inputs="as they were"
    )

    assert standing(earlier([row]), "a", "as they were") == row
    assert standing(earlier([row]), "a", "others") is None
