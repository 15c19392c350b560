from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import pytest

from darkroom.errors import BatchUnknown, RecordsUnavailable
from darkroom.outcomes import Outcome
from darkroom.ports import Records
from darkroom.results import PhotoResult
from darkroom.rows import Entry, PhotoRow, RecordRow
from darkroom.stages.batch_tables import MANIFESTS
from darkroom.stages.incremental import earlier
from darkroom.stages.record_stage import RecordPlan, record_plan
from darkroom.storage.tables import Tables
from darkroom.work.progress import Meter, StageProgress
from resources.stores.folder import FolderStore


@dataclass
class Saved:
    """The part of `Records` that writes results; may go away after some calls."""

    calls: list[list[str]] = field(default_factory=list)
    goes_away_after: int = 100

    def save(self, batch: str, results: Sequence[PhotoResult]) -> None:
        assert batch == "b1"
        if len(self.calls) == self.goes_away_after:
            raise RecordsUnavailable("the database is away")
        self.calls.append([result.photo_id for result in results])


def result(photo_id: str, outcome: str = "done") -> PhotoResult:
    return PhotoResult(batch="b1", photo_id=photo_id, filename="a.jpg", uri="u", outcome=outcome)


RESULTS = [result("a"), result("b", "rejected"), result("c", "failed")]


def meter() -> Meter:
    start = StageProgress(batch="b1", stage="records", total=0)
    return Meter(start, board=lambda _: None, log=lambda _: None)


def write(plan: RecordPlan, saved: Saved, counted: Meter | None = None) -> list[RecordRow]:
    records = cast("Records", saved)
    return plan.write("b1", records, photos_per_call=2, meter=counted or meter())


def plan(
    results: list[PhotoResult], previous: list[RecordRow] | None = None, database: str = "db"
) -> RecordPlan:
    return RecordPlan(results, previous=earlier(previous or []), database=database)


def test_every_photo_is_written_whatever_became_of_it() -> None:
    """A few at a time, in the manifest's order."""
    saved, counted = Saved(), meter()

    rows = write(plan(RESULTS), saved, counted)

    assert saved.calls == [["a", "b"], ["c"]]
    assert [(row.photo_id, row.outcome) for row in rows] == [
        ("a", Outcome.DONE),
        ("b", Outcome.DONE),
        ("c", Outcome.DONE),
    ]
    assert (counted.now.done, counted.now.failed) == (3, 0)


def test_what_is_written_is_not_written_again() -> None:
    """A second run calls nobody."""
    first = write(plan(RESULTS), Saved())
    saved = Saved()
    again = plan(RESULTS, first)

    assert again.outstanding == []
    assert write(again, saved) == first
    assert saved.calls == []


def test_only_what_changed_is_written() -> None:
    """The table has a row for every photo all the same."""
    first = write(plan(RESULTS), Saved())
    saved = Saved()

    rows = write(plan([*RESULTS[:2], result("c")], first), saved)

    assert saved.calls == [["c"]]
    assert rows[:2] == first[:2]
    assert rows[2] != first[2]


def test_another_database_gets_everything() -> None:
    """What stands in one is not in the other."""
    first = write(plan(RESULTS), Saved())

    assert plan(RESULTS, first, database="other").outstanding == RESULTS


def test_a_database_that_goes_away_stops_the_stage() -> None:
    """Its error surfaces; what was counted and kept by then was written, and is so only once."""
    saved, counted = Saved(goes_away_after=1), meter()

    kept: list[RecordRow] = []

    with pytest.raises(RecordsUnavailable):
        plan(RESULTS).write(
            "b1",
            cast("Records", saved),
            photos_per_call=2,
            meter=counted,
            keep=kept.append,
        )

    assert saved.calls == [["a", "b"]]
    assert counted.now.done == 2
    assert [row.photo_id for row in kept] == ["a", "b"]
    assert [result.photo_id for result in plan(RESULTS, kept).outstanding] == ["c"]


def of_batch(
    tables: Tables, found: Sequence[RecordRow] = (), database: str = "db"
) -> tuple[list[str], list[RecordRow]]:
    """As the asset does: the photos that were written, and the table."""
    saved = Saved()
    rows = write(record_plan(tables, "b1", found=found, database=database), saved)
    tables.write("records", "b1", rows)
    return [photo_id for call in saved.calls for photo_id in call], rows


@pytest.fixture
def tables(tmp_path: Path) -> Tables:
    """Of a batch of two photos that have arrived."""
    tables = Tables(FolderStore(tmp_path))
    entries = [Entry(photo_id=each, uri=each, filename="f", identity=each) for each in "ab"]
    tables.write(MANIFESTS, "b1", entries)
    tables.write("photos", "b1", [arrived("a"), arrived("b")])
    return tables


def arrived(photo_id: str, sha256: str = "ab") -> PhotoRow:
    return PhotoRow(
        photo_id=photo_id, outcome=Outcome.DONE, inputs="i", uri="u", filename="f", sha256=sha256
    )


def test_a_batch_that_stands_is_not_looked_at(tables: Tables) -> None:
    """Its table comes back as it is."""
    written, first = of_batch(tables)

    assert written == ["a", "b"]
    assert of_batch(tables) == ([], first)


def test_a_table_that_changed_is_looked_at(tables: Tables) -> None:
    """Photo by photo, so that only the one that it changed for is written."""
    of_batch(tables)
    tables.write("photos", "b1", [arrived("a"), arrived("b", sha256="cd")])

    assert of_batch(tables)[0] == ["b"]
    assert of_batch(tables)[0] == []


def test_a_batch_is_recorded_in_each_database(tables: Tables) -> None:
    """However little has changed of it."""
    of_batch(tables)

    assert of_batch(tables, database="other")[0] == ["a", "b"]


def test_a_step_that_was_cut_short_is_taken_up(tables: Tables) -> None:
    """Where it left rows and no table."""
    _, [first, second] = of_batch(tables)
    tables.store.delete("tables/records/b1.parquet")

    assert of_batch(tables, found=[first]) == (["b"], [first, second])


def test_an_unknown_batch_has_no_records(tmp_path: Path) -> None:
    """It is not an empty one."""
    with pytest.raises(BatchUnknown):
        of_batch(Tables(FolderStore(tmp_path)))
