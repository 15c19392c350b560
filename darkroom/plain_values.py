"""Values as JSON has them."""

from dataclasses import fields, is_dataclass

from pydantic import BaseModel


def plain(value: object) -> object:
    """Models and dataclasses as dictionaries, also within lists, tuples and dictionaries."""
    if value is None or isinstance(value, str | int | float):  # most of them
        return value
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if is_dataclass(value) and not isinstance(value, type):
        # Not `asdict`, which copies whatever it meets.
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return value
