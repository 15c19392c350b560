"""Values as JSON has them."""

from dataclasses import asdict, is_dataclass

from pydantic import BaseModel


def plain(value: object) -> object:
    """Models and dataclasses as dictionaries, also within lists, tuples and dictionaries."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if is_dataclass(value) and not isinstance(value, type):
        return plain(asdict(value))
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return value
