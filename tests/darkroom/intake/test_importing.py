"""From a listing to batches, with a real database and real tables."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from darkroom.batches import Batch
from darkroom.errors import StoreUnavailable
from darkroom.intake.importing import MANIFESTS, Import, Opened, open_batches, plan_batches
from darkroom.intake.sources.listing import Found, Listing, listing
from darkroom.rows import Entry, Part
from darkroom.settings import DatabaseSettings
from darkroom.storage.tables import Tables
from resources.records.sql_records import SqlRecords
from resources.stores.folder import FolderStore

WHAT = Import(
    owner="ann",
    source="/in/box",
    cores=2,
    now=datetime(2025, 6, 1, 12, tzinfo=UTC),
    report="r1",
    priority=3,
    batch_size=2,
)


def _listing(*names: str) -> Listing:
    return listing(
        "box", (Found(f"file:///{n}.jpg", f"{n}.jpg", n, f'{{"n": "{n}"}}') for n in names)
    )


@pytest.fixture
def records(tmp_path: Path) -> Iterator[SqlRecords]:
    records = SqlRecords(DatabaseSettings(), tmp_path / "records.sqlite")
    yield records
    records.close()


@pytest.fixture
def tables(tmp_path: Path) -> Tables:
    return Tables(FolderStore(tmp_path / "store"))


def _photos(opened: Opened, tables: Tables) -> list[list[str]]:
    return [
        [entry.identity for entry in tables.read(MANIFESTS, batch.key, Entry)]
        for batch in opened.batches
    ]


def test_a_plan_says_everything_of_its_batches() -> None:
    """Keys, ids and counts follow from the photos; the same photos give the same plan."""
    found = _listing("a", "b", "c").found

    plan = list(plan_batches("box", found, WHAT))

    assert plan == list(plan_batches("box", found, WHAT))
    key = plan[0][0].key.removesuffix("-001")
    assert [batch for batch, _ in plan] == [
        Batch(
            key=f"{key}-{number:03}",
            owner="ann",
            report="r1",
            priority=3,
            source="/in/box",
            photos=photos,
            opened_at=WHAT.now,
        )
        for number, photos in ((1, 2), (2, 1))
    ]
    assert plan[1][1] == [
        Entry(
            photo_id=plan[1][1][0].photo_id,
            uri="file:///c.jpg",
            filename="c.jpg",
            identity="c",
            extra_json='{"n": "c"}',
        )
    ]
    assert [entry.photo_id[:5] for _, entries in plan for entry in entries] == [
        "0001-",
        "0002-",
        "0001-",
    ]
    assert len({entry.photo_id[5:] for _, entries in plan for entry in entries}) == 3


def test_an_import_is_known_once(records: SqlRecords, tables: Tables) -> None:
    """The second import of a source opens nothing; of one that has grown, only what is new."""
    first = open_batches(_listing("a", "b", "c"), WHAT, records=records, tables=tables)
    again = open_batches(_listing("a", "b", "c"), WHAT, records=records, tables=tables)
    grown = open_batches(_listing("a", "d", "b", "a"), WHAT, records=records, tables=tables)

    assert _photos(first, tables) == [["a", "b"], ["c"]]
    assert (first.already_known, first.repeated) == (0, 0)
    assert again == Opened([], already_known=3, repeated=0)
    assert _photos(grown, tables) == [["d"]]
    assert (grown.already_known, grown.repeated) == (2, 1)
    assert [summary.batch for summary in records.batches()] == [*first.batches, *grown.batches]


def test_owners_do_not_share_photos(records: SqlRecords, tables: Tables) -> None:
    """What one has sent, another may send, too."""
    ann = open_batches(_listing("a"), WHAT, records=records, tables=tables)
    bob = open_batches(_listing("a"), replace(WHAT, owner="bob"), records=records, tables=tables)

    assert [batch.owner for batch in (*ann.batches, *bob.batches)] == ["ann", "bob"]
    assert ann.batches[0].key != bob.batches[0].key


def test_force_takes_all_photos_again(records: SqlRecords, tables: Tables) -> None:
    """Under keys of their own, so that what stands is not mixed up."""
    first = open_batches(_listing("a"), WHAT, records=records, tables=tables)
    later = replace(WHAT, now=datetime(2025, 6, 2, tzinfo=UTC))
    forced = open_batches(_listing("a"), later, records=records, tables=tables, force=True)

    assert _photos(forced, tables) == [["a"]]
    assert forced.already_known == 0
    assert forced.batches[0].key != first.batches[0].key


class _Breaks(SqlRecords):
    """Dies when the second batch is to become known."""

    def open_batch(self, batch: Batch, entries: Sequence[Entry], *, force: bool = False) -> bool:
        if batch.key.endswith("-002"):
            raise KeyboardInterrupt
        return super().open_batch(batch, entries, force=force)


def test_an_import_cut_short_is_finished_by_the_next(
    records: SqlRecords, tables: Tables, tmp_path: Path
) -> None:
    """Every batch that is known has its table, and no photo is in two."""
    broken = _Breaks(DatabaseSettings(), tmp_path / "records.sqlite")
    with pytest.raises(KeyboardInterrupt):
        open_batches(_listing("a", "b", "c"), WHAT, records=broken, tables=tables)
    (known,) = [summary.batch for summary in records.batches()]

    rest = open_batches(_listing("a", "b", "c"), WHAT, records=records, tables=tables)

    assert [entry.identity for entry in tables.read(MANIFESTS, known.key, Entry)] == ["a", "b"]
    assert _photos(rest, tables) == [["c"]]
    assert rest.already_known == 2


class _FullStore(Tables):
    def write(self, stage: str, batch: str, rows: Sequence[Part]) -> bool:
        raise StoreUnavailable(f"{stage} {batch} {len(rows)}")


def test_no_batch_is_known_without_its_table(records: SqlRecords, tables: Tables) -> None:
    """A store that is full leaves nothing half-known."""
    with pytest.raises(StoreUnavailable):
        open_batches(_listing("a"), WHAT, records=records, tables=_FullStore(tables.store))

    assert records.batches() == []


class _Outpaced(SqlRecords):
    """Another import takes `b` between the question and the answer."""

    def unseen(self, owner: str, identities: Sequence[str]) -> set[str]:
        unseen = super().unseen(owner, identities)
        if "b" in unseen:
            ((batch, entries),) = plan_batches("other", _listing("b").found, WHAT)
            assert super().open_batch(batch, entries)
        return unseen


def test_of_two_imports_at_once_each_photo_has_one_batch(
    records: SqlRecords, tables: Tables, tmp_path: Path
) -> None:
    """Who loses a photo to another plans again without it."""
    outpaced = _Outpaced(DatabaseSettings(), tmp_path / "records.sqlite")

    opened = open_batches(_listing("a", "b", "c"), WHAT, records=outpaced, tables=tables)

    assert _photos(opened, tables) == [["c"], ["a"]]
    assert opened.already_known == 1
    assert sum(summary.batch.photos for summary in records.batches()) == 3


class _Overtaken(SqlRecords):
    """Another import of the same photos, cut otherwise, is through between question and answer."""

    def unseen(self, owner: str, identities: Sequence[str]) -> set[str]:
        unseen = super().unseen(owner, identities)
        if unseen:
            tables = Tables(FolderStore(self.default.parent / "store"))
            other = replace(WHAT, batch_size=3)
            for batch, entries in plan_batches("box", _listing(*"abcdefghi").found, other):
                tables.write(MANIFESTS, batch.key, entries)
                assert super().open_batch(batch, entries)
        return unseen


def test_who_loses_all_photos_to_another_import_leaves_its_manifests_alone(
    records: SqlRecords, tables: Tables, tmp_path: Path
) -> None:
    """Every photo that is known as seen stands in the manifest of its batch."""
    overtaken = _Overtaken(DatabaseSettings(), tmp_path / "records.sqlite")

    lost = open_batches(_listing(*"abcdefghi"), WHAT, records=overtaken, tables=tables)

    known = Opened([each.batch for each in records.batches()], already_known=0, repeated=0)
    assert (lost.batches, lost.already_known) == ([], 9)
    assert sorted(_photos(known, tables)) == [list("abc"), list("def"), list("ghi")]
