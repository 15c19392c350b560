"""What a schema may say of its entities."""

from typing import Any

import pytest

from darkroom.entities.rules import KEYWORD, EntityRules, Exactly, Kind, without_rules
from darkroom.errors import SettingsInvalid


def test_a_schema_brings_its_rules_and_the_model_is_not_told() -> None:
    """Other rules are no other question: answers that were paid for stand."""
    rules = {"items": "all", "fields": {"name": "text"}, "keys": {"name": {"compare": "exact"}}}

    assert without_rules({"type": "object", KEYWORD: rules}, "things") == (
        {"type": "object"},
        EntityRules(items="all", fields={"name": Kind.TEXT}, keys={"name": Exactly()}),
    )
    assert without_rules({"type": "object"}, "things") == ({"type": "object"}, None)


@pytest.mark.parametrize(
    ("rules", "says"),
    [
        ({"fields": {}, "keys": {}}, r"x-entities\.fields: Dictionary should have at least 1 item"),
        (
            {"fields": {"name": "text"}, "keys": {"title": {"compare": "exact"}}},
            "x-entities: Value error, title: not among the fields",
        ),
        (
            {"fields": {"name": "text"}, "keys": {"name": {"compare": "time"}}},
            "x-entities: Value error, name: compared as a time, and not one",
        ),
        ({"fields": {"name": "number"}}, r"x-entities\.fields\.name: Input should be 'text'"),
        ("shows", "x-entities: Input should be a valid dictionary"),
    ],
)
def test_rules_that_contradict_themselves_are_refused(rules: Any, says: str) -> None:  # noqa: ANN401 - JSON
    """With where they do."""
    with pytest.raises(SettingsInvalid, match=f"the schema things: {says}"):
        without_rules({KEYWORD: rules}, "things")
