"""The same photos give the same entities, however they came."""

import random

import pytest

from darkroom.entities.items import Item, Source
from darkroom.entities.merging import Entity, entities_of, said_by
from darkroom.entities.plain_text import folded
from tests.darkroom.entities.screenshots import COLUMNS, RULES, TRUTH, items_of, screenshots


def said(entities: list[Entity]) -> list[tuple[str, dict[str, str]]]:
    """What entities say, whatever their photos are called."""
    return [(entity.id, dict(entity.fields)) for entity in entities]


def compared(rows: list[list[str]]) -> list[list[str]]:
    """Whatever their upper case and accents."""
    return sorted([folded(value) for value in row] for row in rows)


def item(photo: str, confidence: float | None = None, content: str = "", **fields: str) -> Item:
    return Item(Source("b", photo, content=content), 0, fields, confidence)


@pytest.mark.parametrize("seed", range(30))
def test_forty_screenshots_give_the_twelve_shows(seed: int) -> None:
    """Whatever was misread, written otherwise or left out on some of them."""
    found = entities_of(items_of(screenshots(seed)), RULES)

    assert compared([[entity.fields[name] for name in COLUMNS] for entity in found]) == compared(
        [list(show.values()) for show in TRUTH]
    )
    assert sum(len(entity.photos) for entity in found) == 9 * len(TRUTH)


@pytest.mark.parametrize("seed", range(5))
def test_order_and_batches_do_not_matter(seed: int) -> None:
    """Any order of photos and of their items, cut into any batches, under any names."""
    answers = screenshots(seed)
    expected = entities_of(items_of(answers), RULES)
    rng = random.Random(seed)
    for batches in (1, 2, 7, 40):
        items = [
            each
            for number in range(batches)
            for each in items_of(answers[number::batches], f"batch-{rng.random()}")
        ]
        rng.shuffle(items)
        found = entities_of(items, RULES)

        assert said(found) == said(expected)
        assert [sorted(source.photo_id for source in entity.photos) for entity in found] == [
            [source.photo_id for source in entity.photos] for entity in expected
        ]


def test_photos_that_come_in_again_change_nothing() -> None:
    """The same content has one word, in however many batches it stands."""
    answers = screenshots()
    once = items_of(answers)

    assert entities_of(once, RULES) == entities_of([*once], RULES)
    assert said(entities_of(once + items_of(answers[::3], "again"), RULES)) == said(
        entities_of(once, RULES)
    )


def test_the_most_frequent_value_wins_then_the_surest_then_the_longest() -> None:
    """A photo has one word; of equals the first by alphabet wins, so that somebody does."""
    key = {"title": "Jam", "venue": "Harbour"}
    [frequent] = entities_of(
        [
            item("1", 0.9, **key, host="Ann"),
            item("2", 0.2, **key, host="Bo"),
            item("3", 0.1, **key, host="BO"),
        ],
        RULES,
    )
    [sure] = entities_of(
        [item("1", 0.2, **key, host="Anna"), item("2", 0.3, **key, host="Bo")], RULES
    )
    [long] = entities_of([item("1", **key, host="Ann"), item("2", **key, host="Barbara")], RULES)
    [first] = entities_of([item("1", **key, host="Bob"), item("2", **key, host="Ann")], RULES)
    [again] = entities_of(
        [
            item("1", 0.1, "x", **key, host="Bo"),
            item("2", 0.1, "x", **key, host="Bo"),
            item("3", 0.2, "y", **key, host="Ann"),
        ],
        RULES,
    )

    assert [each.fields["host"] for each in (frequent, sure, long, first, again)] == [
        "Bo",
        "Bo",
        "Barbara",
        "Ann",
        "Ann",
    ]


def test_an_entity_says_which_photos_say_what() -> None:
    """Each photo once, and for a field those that have its value."""
    key = {"title": "Jam", "venue": "Harbour"}
    [entity] = entities_of(
        [item("2", **key, host="Ann"), item("1", **key, host="ANN"), item("3", **key)], RULES
    )

    assert list(map(str, entity.photos)) == ["b/1", "b/2", "b/3"]
    assert list(map(str, said_by(entity, "host", RULES))) == ["b/1", "b/2"]
    assert said_by(entity, "end", RULES) == []


def test_ids_stay_when_photos_are_added_that_say_less() -> None:
    """They go by the fullest reading, and no two entities have the same."""
    before = entities_of(items_of(screenshots()), RULES)
    after = entities_of(
        [*items_of(screenshots()), item("new", title="Jazz Jam", venue="Minerva")], RULES
    )

    assert [entity.id for entity in after] == [entity.id for entity in before]
    assert len({entity.id for entity in before}) == len(TRUTH)
