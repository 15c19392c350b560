"""Schemas that the settings name."""

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict

from darkroom.entities.rules import KEYWORD, EntityRules
from darkroom.errors import SettingsInvalid
from darkroom.vision.answer_schema import AnswerBroken
from darkroom.vision.built_in_schemas import BUILT_IN
from resources.vision.schemas import answer_schema

RECEIPT = {
    "type": "object",
    "required": ["total"],
    "properties": {"total": {"type": "number", "minimum": 0}, "shop": {"$ref": "#/$defs/name"}},
    "$defs": {"name": {"type": "string"}},
    "additionalProperties": False,
}


SHOPS = {"fields": {"shop": "text", "city": "text"}, "keys": {"shop": {"compare": "text"}}}
"""How receipts become shops."""


class Receipt(BaseModel):
    total: float


class ShopOnReceipt(BaseModel):
    model_config = ConfigDict(json_schema_extra={KEYWORD: SHOPS})

    shop: str
    city: str


def written(tmp_path: Path, schema: Any) -> str:  # noqa: ANN401 - JSON
    path = tmp_path / "receipt.json"
    path.write_text(schema if isinstance(schema, str) else json.dumps(schema), encoding="utf-8")
    return str(path)


def test_the_built_in_ones_go_by_name() -> None:
    """`photo` and `shows`."""
    assert [answer_schema(name) for name in BUILT_IN] == list(BUILT_IN.values())


def test_a_pydantic_model_goes_by_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """Anything that Python can import."""
    monkeypatch.syspath_prepend(Path(__file__).parent)
    schema = answer_schema(f"{Path(__file__).stem}:Receipt")

    assert schema.name == "Receipt"
    assert schema.checked({"total": 3}) == '{"total":3.0}'
    with pytest.raises(AnswerBroken, match="total: Input should be a valid number"):
        schema.checked({"total": "much"})


def test_a_json_schema_goes_by_its_file(tmp_path: Path) -> None:
    """Answers are held against all of it."""
    schema = answer_schema(written(tmp_path, RECEIPT))

    assert (schema.name, schema.json_schema) == ("receipt", RECEIPT)
    assert schema.checked({"total": 3, "shop": "Quay"}) == '{"shop":"Quay","total":3}'
    with pytest.raises(AnswerBroken, match=r"\$.total: -1 is less than the minimum of 0"):
        schema.checked({"total": -1})
    with pytest.raises(AnswerBroken, match=r"\$.shop: 7 is not of type 'string'"):
        schema.checked({"total": 1, "shop": 7})


@pytest.mark.parametrize(
    "named",
    [
        "phoot",
        "no.such.module:Thing",
        "darkroom.rows:Nothing",
        "darkroom.rows:datetime",
        "no/such/file.json",
        ":Thing",
    ],
)
def test_what_is_no_schema_says_so(named: str) -> None:
    """In the words of the setting."""
    with pytest.raises(SettingsInvalid, match=r"vision\.answer_schema"):
        answer_schema(named)


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        ("{", "cannot be read"),
        ([], "must describe an object"),
        ({"type": "array"}, "must describe an object"),
        ({"type": "object", "properties": 7}, "is no JSON Schema"),
    ],
)
def test_a_file_that_is_no_schema_says_so(tmp_path: Path, schema: Any, said: str) -> None:  # noqa: ANN401 - JSON
    """Before anything is asked."""
    with pytest.raises(SettingsInvalid, match=said):
        answer_schema(written(tmp_path, schema))


def test_a_schema_brings_what_makes_entities(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the file or with the model, in the order that is meant; it is no part of the question."""
    monkeypatch.syspath_prepend(Path(__file__).parent)
    from_file = answer_schema(written(tmp_path, RECEIPT | {KEYWORD: SHOPS}))
    from_model = answer_schema(f"{Path(__file__).stem}:ShopOnReceipt")

    assert from_file.digest == answer_schema(written(tmp_path, RECEIPT)).digest
    assert KEYWORD not in from_model.json_schema
    assert from_file.entities == from_model.entities == EntityRules.model_validate(SHOPS)
    assert from_model.entities is not None
    assert list(from_model.entities.fields) == ["shop", "city"]
