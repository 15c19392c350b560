"""What earlier batches say of the same bytes."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from darkroom.errors import RecordsUnavailable
from darkroom.outcomes import Failure, Outcome
from darkroom.ports import RecordedPhoto
from darkroom.rows import TextRow
from darkroom.stages.known_rows import KnownRows, Sought
from darkroom.storage.tables import Tables
from resources.stores.folder import FolderStore

BATCHES = 40


@dataclass
class Recorded:
    """Photos by their bytes, or records that are away."""

    photos: dict[str, RecordedPhoto]
    away: bool = False

    def latest_with(
        self,
        sha256s: Iterable[str],
        *,
        outside: str,  # noqa: ARG002 - the port's signature
    ) -> Mapping[str, RecordedPhoto]:
        if self.away:
            raise RecordsUnavailable("the records database does not answer")
        return {each: self.photos[each] for each in sha256s if each in self.photos}


@dataclass(frozen=True)
class CountingStore(FolderStore):
    """Counts how often each object is read."""

    reads: Counter[str] = field(default_factory=Counter, compare=False)

    def read(self, name: str) -> bytes:
        self.reads[name] += 1
        return super().read(name)


@dataclass
class Place:
    tables: Tables
    store: CountingStore
    recorded: Recorded
    said: list[str] = field(default_factory=list)

    def known(self, *sought: Sought) -> list[TextRow]:
        rows = KnownRows(self.recorded, self.tables, "now", log=self.said.append)
        return rows.of_stage("texts", TextRow, sought)


def text(photo_id: str, outcome: Outcome = Outcome.DONE, **more: object) -> TextRow:
    said = {"photo_id": photo_id, "outcome": outcome, "inputs": "x", "seconds": 3.0}
    return TextRow.model_validate(said | more)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    store = CountingStore(tmp_path / "store")
    return Place(Tables(store), store, Recorded({}))


def test_each_table_is_read_once_however_many_there_are(place: Place) -> None:
    """Photos of many batches, mixed: each has its row, under its own id and without work."""
    sought = []
    for place_in_batch in ("1", "2"):
        for batch in range(BATCHES):
            sha256 = f"{batch} {place_in_batch}"
            place.recorded.photos[sha256] = RecordedPhoto(f"b{batch:02}", place_in_batch)
            sought.append(Sought(f"new {sha256}", sha256, "x"))
    for batch in range(BATCHES):
        place.tables.write("texts", f"b{batch:02}", [text("1"), text("2")])
    place.store.reads.clear()
    found = place.known(*sought)

    assert {row.photo_id for row in found} == {each.photo_id for each in sought}
    assert {row.seconds for row in found} == {0.0}
    assert set(place.store.reads.values()) == {1}


def test_what_was_made_otherwise_or_failed_is_not_known(place: Place) -> None:
    """Nor bytes that nobody had, or whose table has gone."""
    failure = Failure(error_type="Crashed", message="it crashed", retryable=False)
    rows = [text("same"), text("failed", Outcome.FAILED, failure=failure)]
    place.tables.write("texts", "b", rows)
    place.recorded.photos |= {
        "same": RecordedPhoto("b", "same"),
        "failed": RecordedPhoto("b", "failed"),
        "gone": RecordedPhoto("c", "gone"),
    }

    assert place.known(
        Sought("1", "same", "x"),
        Sought("2", "same", "other"),
        Sought("3", "failed", "x"),
        Sought("4", "gone", "x"),
        Sought("5", "nobody's", "x"),
    ) == [text("1", seconds=0.0)]


def test_records_that_are_away_cost_only_work(place: Place) -> None:
    """Nothing is known then, and the log says why."""
    place.recorded.away = True

    assert place.known(Sought("1", "a", "x")) == []
    assert place.said == [
        "the records database does not answer. Photos that are known are worked on again."
    ]


def test_a_damaged_table_costs_only_work(place: Place) -> None:
    """Its photos are worked on again."""
    place.tables.write("texts", "b", [text("1")])
    [name] = place.store.names("tables/texts/")
    place.store.put(name, b"no table")
    place.recorded.photos["a"] = RecordedPhoto("b", "1")

    assert place.known(Sought("1", "a", "x")) == []
    assert "Its photos are worked on again." in place.said[0]
