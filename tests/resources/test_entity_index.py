"""What the index of entities promises, on every database."""

import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from threading import Barrier

import pytest

from darkroom.batches import Batch
from darkroom.entities.items import Item, Source
from darkroom.entities.merging import Entity, entities_of
from darkroom.entities.remaking import BatchEntities
from darkroom.ports import PhotoEntity
from darkroom.settings import DatabaseSettings
from resources.records.sql_records import SqlRecords
from tests.darkroom.entities.screenshots import RULES, TRUTH, items_of, screenshots


def opened(index: SqlRecords, *keys: str) -> None:
    for key in keys:
        batch = Batch(
            key=key,
            owner=key,
            source="",
            photos=0,
            priority=0,
            opened_at=datetime(2026, 1, 1, tzinfo=UTC),
        )
        index.open_batch(batch, [])


def kept(index: SqlRecords) -> list[Entity]:
    [found] = index.entities()
    assert (found.schema, found.rules) == ("shows", RULES)
    return sorted(found.entities, key=lambda entity: entity.id)


def expected(*items: Item) -> list[Entity]:
    return sorted(entities_of(items, RULES), key=lambda entity: entity.id)


def item(batch: str, photo_id: str, **fields: str) -> Item:
    return Item(Source(batch, photo_id, f"file:///{photo_id}", f"{batch}{photo_id}"), 0, fields)


class EntityIndexContract:
    @pytest.mark.parametrize("seed", range(3))
    def test_batches_make_the_same_in_whatever_order(self, index: SqlRecords, seed: int) -> None:
        """One after the other, each some photos; and again, which changes nothing."""
        rng = random.Random(seed)
        answers = screenshots(seed)
        batches = {f"b{number}": items_of(answers[number::5], f"b{number}") for number in range(5)}
        opened(index, *batches)
        order = list(batches)
        rng.shuffle(order)
        for batch in order:
            index.replace("shows", batch, batches[batch], RULES)

        everything = [each for items in batches.values() for each in items]
        assert kept(index) == expected(*everything)
        assert len(kept(index)) == len(TRUTH)
        again = [index.replace("shows", batch, batches[batch], RULES) for batch in batches]
        assert kept(index) == expected(*everything)
        assert [each.items for each in again] == [len(items) for items in batches.values()]

    def test_a_batch_that_is_redone_leaves_what_it_says_now(self, index: SqlRecords) -> None:
        """Items that are no more take their entities along, and let go what they had joined."""
        key = {"title": "Open Mic", "weekday": "Monday", "start": "19:00"}
        early = item("a", "1", **key, venue="Comedy Store")
        late = item("b", "1", **key, venue="Comedy Cellar")
        short = item("c", "1", **key, venue="Comedy")
        opened(index, "a", "b", "c")
        first = index.replace("shows", "a", [early], RULES)
        second = index.replace("shows", "c", [short], RULES)
        third = index.replace("shows", "b", [late], RULES)

        assert [first, second, third] == [
            BatchEntities(items=1, entities=1, shared=0),
            BatchEntities(items=1, entities=1, shared=1),
            BatchEntities(items=1, entities=1, shared=0),
        ]
        assert kept(index) == expected(early, short, late)
        assert len(kept(index)) == 3
        index.replace("shows", "b", [], RULES)
        assert kept(index) == expected(early, short)
        assert len(kept(index)) == 1
        changed = item("a", "1", **key, venue="Comedy Barn")
        index.replace("shows", "a", [changed], RULES)
        assert kept(index) == expected(changed, short)

    def test_other_rules_are_for_all_batches(self, index: SqlRecords) -> None:
        """Also for those that do not come again."""
        shows = [
            item(batch, "1", title="Jam", venue="Fox", start=start)
            for batch, start in (("a", "19:00"), ("b", "19:40"))
        ]
        opened(index, "a", "b")
        for each in shows:
            index.replace("shows", each.source.batch, [each], RULES)
        loose = RULES.model_copy(
            update={"keys": {name: rule for name, rule in RULES.keys.items() if name != "start"}}
        )

        assert len(kept(index)) == 2
        index.replace("shows", "b", shows[1:], loose)
        [found] = index.entities()
        assert found.rules == loose
        assert found.entities == entities_of(shows, loose)

    def test_batches_at_once_overlook_nobody(self, index: SqlRecords) -> None:
        """As if they had come one after the other."""
        answers = screenshots(3)
        batches = {f"b{number}": items_of(answers[number::6], f"b{number}") for number in range(6)}
        opened(index, *batches)
        meet = Barrier(len(batches))

        def replace(batch: str) -> None:
            meet.wait()
            index.replace("shows", batch, batches[batch], RULES)

        with ThreadPoolExecutor(len(batches)) as threads:
            list(threads.map(replace, batches))

        assert kept(index) == expected(*(each for items in batches.values() for each in items))

    def test_schemas_keep_apart(self, index: SqlRecords) -> None:
        """The same batch may have been asked about different things."""
        opened(index, "a")
        index.replace("shows", "a", [item("a", "1", title="Jam", venue="Fox")], RULES)
        index.replace("events", "a", [item("a", "1", title="Jam", venue="Fox")], RULES)
        index.replace("shows", "a", [], RULES)

        assert [(each.schema, len(each.entities)) for each in index.entities()] == [
            ("events", 1),
            ("shows", 0),
        ]

    def test_a_photo_names_its_entities(self, index: SqlRecords) -> None:
        """As all photos together show them."""
        opened(index, "a", "b")
        index.replace("shows", "a", [item("a", "1", title="Jam", venue="Fox")], RULES)
        index.replace("shows", "b", [item("b", "1", title="Jam", venue="Fox", host="Ann")], RULES)
        [entity] = kept(index)
        fields = {"title": "Jam", "venue": "Fox", "host": "Ann"}

        assert index.of_photo("a", "1") == [PhotoEntity("shows", entity.id, fields, 2)]
        assert index.of_photo("a", "2") == []

    def test_a_batch_counts_what_its_photos_are_on(self, index: SqlRecords) -> None:
        """By now: what came later is counted too."""
        jam = {"title": "Jam", "venue": "Fox"}
        opened(index, "a", "b")
        index.replace(
            "shows",
            "a",
            [
                item("a", "1", **jam),
                item("a", "2", **jam),
                item("a", "3", title="Slam", venue="Fox"),
            ],
            RULES,
        )
        before = index.of_batch("a")
        index.replace("shows", "b", [item("b", "1", **jam)], RULES)

        assert before == {"shows": BatchEntities(items=3, entities=2, shared=0)}
        assert index.of_batch("a") == {"shows": BatchEntities(items=3, entities=2, shared=1)}
        assert index.of_batch("c") == {}


class TestEntitiesInSqlite(EntityIndexContract):
    @pytest.fixture
    def index(self, tmp_path: Path) -> Iterator[SqlRecords]:
        records = SqlRecords(DatabaseSettings(), tmp_path / "records.db")
        yield records
        records.close()


class TestEntitiesInPostgreSQL(EntityIndexContract):
    @pytest.fixture
    def index(self, postgres_url: str, tmp_path: Path) -> Iterator[SqlRecords]:
        records = SqlRecords(DatabaseSettings(url=postgres_url), tmp_path / "unused.db")
        yield records
        records.close()
