"""What of an answer can be used, and why the rest cannot."""

import pytest

from darkroom.entities.cleaning import Answer, Cleaned, Drop, Dropped, clean
from darkroom.entities.rules import EntityRules
from tests.darkroom.entities.screenshots import RULES


def test_an_item_is_tidied() -> None:
    """White space, full-width letters and what shows nothing go; case and accents stay."""
    event = {
        "title": "  Ｊａｚｚ\u00a0 Jam\u200b ",
        "venue": "Café\nMinerva",
        "weekday": "WEDS.",
        "start": "8.30 PM",
        "end": None,
        "address": " - ",
        "host": "N/A",
        "confidence": 0.75,
        "price": "5 €",
    }
    fields = {
        "title": "Jazz Jam",
        "venue": "Café Minerva",
        "weekday": "Wednesday",
        "start": "20:30",
    }

    assert clean({"events": [event]}, RULES) == Answer([Cleaned(0, fields, 0.75)], [])


def test_a_range_fills_start_and_end() -> None:
    """Unless the end is said by itself; a range in the field of the end gives its end."""
    found = clean(
        {
            "events": [
                {"title": "a", "start": "8-11pm"},
                {"title": "a", "start": "8-11pm", "end": "23:30"},
                {"title": "a", "end": "8-11pm"},
            ]
        },
        RULES,
    )

    assert [item.fields for item in found.items] == [
        {"title": "a", "start": "20:00", "end": "23:00"},
        {"title": "a", "start": "20:00", "end": "23:30"},
        {"title": "a", "end": "23:00"},
    ]


def test_what_is_empty_or_impossible_is_dropped_with_why() -> None:
    """An impossible value takes its field along, and its item only when that is required."""
    strict = RULES.model_copy(update={"required": ["title", "weekday"]})
    events: list[object] = [
        {"title": "", "venue": "  ", "weekday": "tba"},
        {"title": None, "venue": "Harbour Light"},
        {"title": "Jam", "weekday": "Blursday"},
        {"title": "Jam", "weekday": "Fri & Sat"},
        {"title": "Jam", "weekday": "Fri", "start": "25:00"},
        "Jam",
    ]

    assert clean({"events": events}, strict) == Answer(
        [Cleaned(4, {"title": "Jam", "weekday": "Friday"}, None)],
        [
            Dropped(0, "title", Drop.EMPTY, '{"title": "", "venue": "  ", "weekday": "tba"}', True),
            Dropped(1, "title", Drop.INCOMPLETE, '{"venue": "Harbour Light"}', True),
            Dropped(2, "weekday", Drop.IMPOSSIBLE_WEEKDAY, "Blursday", True),
            Dropped(3, "weekday", Drop.IMPOSSIBLE_WEEKDAY, "Fri & Sat", True),
            Dropped(4, "start", Drop.IMPOSSIBLE_TIME, "25:00", False),
            Dropped(5, None, Drop.NOT_AN_ITEM, '"Jam"', True),
        ],
    )


@pytest.mark.parametrize(
    ("confidence", "kept"), [(1, 1.0), (0.25, 0.25), (95, None), ("high", None), (True, None)]
)
def test_confidence_is_between_0_and_1_or_unknown(confidence: object, kept: float | None) -> None:
    """A model that says something else has not said how sure it is."""
    [item] = clean({"events": [{"title": "a", "confidence": confidence}]}, RULES).items

    assert item.confidence == kept


def test_an_answer_may_be_one_item() -> None:
    """And values that are no text are written as text."""
    rules = EntityRules.model_validate(
        {
            "fields": {"name": "text", "year": "text", "tags": "text"},
            "keys": {"name": {"compare": "exact"}},
        }
    )
    answer = {"name": "Ada", "year": 1843, "tags": ["a", None, 2]}

    assert clean(answer, rules).items == [
        Cleaned(0, {"name": "Ada", "year": "1843", "tags": "a, 2"}, None)
    ]
    assert clean({}, RULES) == Answer([], [])
    assert clean({"events": None}, RULES) == Answer([], [])
