"""Arrow schemas, derived from the row models so that a column is declared once."""

import types
from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any, Union, get_args, get_origin

import pyarrow as pa
from pydantic import BaseModel
from pydantic.dataclasses import is_pydantic_dataclass
from pydantic.fields import FieldInfo

_SCALARS: dict[type, Callable[[], pa.DataType]] = {
    str: pa.string,
    bool: pa.bool_,
    int: pa.int64,
    float: pa.float64,
    datetime: lambda: pa.timestamp("us", tz="UTC"),
}


@cache
def arrow_schema(model: type[BaseModel]) -> pa.Schema:
    """One column per field, in the order of declaration.

    Times are microseconds UTC; a time without a zone is kept as if it were UTC. Enums are strings,
    nested models structs. Raises `TypeError` for a field of any other type.
    """
    return pa.schema(_fields(model.__name__, model.model_fields))


def _fields(model: str, declared: Mapping[str, FieldInfo]) -> "list[pa.Field[Any]]":
    fields = []
    for name, info in declared.items():
        try:
            arrow_type, nullable = _arrow_type(info.annotation)
        except TypeError as error:
            raise TypeError(f"{model}.{name}: {error}") from None
        fields.append(pa.field(name, arrow_type, nullable=nullable))
    return fields


def _arrow_type(annotation: Any) -> tuple[pa.DataType, bool]:  # noqa: ANN401 - any type annotation
    """The type, and whether it may be null."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin in {Union, types.UnionType}:
        given = [argument for argument in arguments if argument is not type(None)]
        if len(given) == 1 and len(arguments) == 2:  # noqa: PLR2004 - X | None has two members
            return _arrow_type(given[0])[0], True
    elif origin is list:
        item, nullable = _arrow_type(arguments[0])
        return pa.list_(pa.field("item", item, nullable=nullable)), False
    elif annotation in _SCALARS:
        return _SCALARS[annotation](), False
    elif isinstance(annotation, type) and issubclass(annotation, StrEnum):
        return pa.string(), False
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return pa.struct(_fields(annotation.__name__, annotation.model_fields)), False
    elif is_pydantic_dataclass(annotation):
        return pa.struct(_fields(annotation.__name__, annotation.__pydantic_fields__)), False
    raise TypeError(f"no Arrow type is known for {annotation}")
