"""Shapes of answers."""

import json
from typing import Any

import pytest

from darkroom.vision.answer_schema import AnswerBroken
from darkroom.vision.built_in_schemas import BUILT_IN

SHOW = {
    "title": "Jazz Night",
    "venue": "The Cellar",
    "weekday": "Friday",
    "start": "20:00",
    "end": None,
    "address": "12 Quay Street",
    "host": None,
    "confidence": 0.9,
}
PHOTO = {
    "caption": "A harbour",
    "tags": ["boat"],
    "visible_text": "NO PARKING",
    "people_count": 2,
    "quality_notes": [],
}


def test_events_of_a_screenshot_keep_all_that_was_read() -> None:
    """Fields that the picture does not show are null, whether they were said or not."""
    least = {"title": "Quiz"}

    kept = json.loads(BUILT_IN["shows"].checked({"events": [SHOW, least]}))

    assert kept == {"events": [SHOW, {**dict.fromkeys(SHOW), "title": "Quiz"}]}


def test_an_answer_has_one_spelling() -> None:
    """Whatever the order in which the model said it."""
    turned = dict(reversed(PHOTO.items()))

    assert BUILT_IN["photo"].checked(turned) == (
        '{"caption":"A harbour","people_count":2,"quality_notes":[],"tags":["boat"],'
        '"visible_text":"NO PARKING"}'
    )


@pytest.mark.parametrize(
    ("schema", "answer", "said"),
    [
        ("photo", {**PHOTO, "people_count": -1}, "people_count: Input should be greater"),
        ("photo", {**PHOTO, "mood": "calm"}, "mood: Extra inputs are not permitted"),
        ("photo", [], "the answer: Input should be a valid dictionary"),
        ("shows", {"events": [{"venue": "x"}]}, "events.0.title: Field required"),
        ("shows", {"events": [{**SHOW, "confidence": 7}]}, "events.0.confidence: Input should be"),
    ],
)
def test_a_broken_answer_says_where(schema: str, answer: Any, said: str) -> None:  # noqa: ANN401 - JSON
    """In words that the model can mend it by; what it wrote is not repeated."""
    with pytest.raises(AnswerBroken, match=said):
        BUILT_IN[schema].checked(answer)


def test_shapes_differ_in_their_digest() -> None:
    """Which says what an answer is an answer to."""
    assert len({schema.digest for schema in BUILT_IN.values()}) == len(BUILT_IN)
