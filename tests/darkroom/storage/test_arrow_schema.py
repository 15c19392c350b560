"""Arrow schemas, derived from the row models."""

from datetime import datetime
from typing import Any

import pyarrow as pa
import pytest
from pydantic import BaseModel
from pydantic.dataclasses import dataclass

from darkroom import rows
from darkroom.outcomes import Outcome
from darkroom.rows import Row
from darkroom.storage.arrow_schema import arrow_schema


class Part(BaseModel):
    name: str
    polygon: list[list[float]]


@dataclass
class SmallPart:
    name: str
    polygon: list[list[float]]


class Everything(BaseModel):
    text: str
    count: int | None
    share: float
    flag: bool
    at: datetime | None
    outcome: Outcome
    part: Part | None
    parts: list[Part]
    small_parts: list[SmallPart]
    gaps: list[int | None]


def test_every_type_of_field_has_its_column() -> None:
    """Optional is nullable, enums are strings, models and dataclasses are structs, times UTC."""
    polygon = pa.list_(
        pa.field("item", pa.list_(pa.field("item", pa.float64(), nullable=False)), nullable=False)
    )
    part = pa.struct(
        [
            pa.field("name", pa.string(), nullable=False),
            pa.field("polygon", polygon, nullable=False),
        ]
    )

    columns: list[pa.Field[Any]] = [
        pa.field("text", pa.string(), nullable=False),
        pa.field("count", pa.int64(), nullable=True),
        pa.field("share", pa.float64(), nullable=False),
        pa.field("flag", pa.bool_(), nullable=False),
        pa.field("at", pa.timestamp("us", tz="UTC"), nullable=True),
        pa.field("outcome", pa.string(), nullable=False),
        pa.field("part", part, nullable=True),
        pa.field("parts", pa.list_(pa.field("item", part, nullable=False)), nullable=False),
        pa.field("small_parts", pa.list_(pa.field("item", part, nullable=False)), nullable=False),
        pa.field("gaps", pa.list_(pa.field("item", pa.int64())), nullable=False),
    ]

    assert arrow_schema(Everything) == pa.schema(columns)


@pytest.mark.parametrize(
    "model",
    [model for model in vars(rows).values() if isinstance(model, type) and issubclass(model, Row)],
)
def test_every_row_has_a_schema(model: type[Row]) -> None:
    """One column per field, in the order of declaration."""
    assert arrow_schema(model).names == list(model.model_fields)


def test_an_unknown_type_is_named() -> None:
    """A field that no column can hold is found out by the first who writes a row."""

    class Odd(BaseModel):
        given: dict[str, int]

    with pytest.raises(TypeError, match=r"Odd\.given: no Arrow type is known for dict"):
        arrow_schema(Odd)
