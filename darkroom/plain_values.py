"""Values as JSON has them."""

from pydantic_core import to_jsonable_python


def plain(value: object) -> object:
    """Models and dataclasses as dictionaries, also within lists, tuples and dictionaries."""
    if isinstance(value, dict):
        # Its keys may be strangers' text, and pydantic takes no lone surrogate for a key.
        return {key: to_jsonable_python(item) for key, item in value.items()}
    return to_jsonable_python(value)
