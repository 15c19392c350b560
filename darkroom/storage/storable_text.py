"""Strangers' text, made fit for every place it is stored in.

PostgreSQL takes no NUL character, and neither PostgreSQL nor Parquet takes a lone surrogate, which
is how Python spells bytes of a file name that are not UTF-8.
"""

import re
from typing import Any

from pydantic_core import PydanticSerializationError, to_json

REPLACEMENT = "\ufffd"
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_ESCAPED_NUL = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")


def storable(text: str) -> str:
    """`text` with each NUL and lone surrogate replaced by U+FFFD."""
    return _UNSTORABLE.sub(REPLACEMENT, text)


def one_line(text: str) -> str:
    """`storable` text whose white space, line breaks included, is single spaces; maybe empty."""
    return " ".join(storable(text).split())


def storable_tree(value: Any) -> Any:  # noqa: ANN401 - JSON-like data of any shape
    """The same for every string inside lists and dictionaries; other values stay as they are."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, dict):
        return {storable_tree(key): storable_tree(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [storable_tree(item) for item in value]
    return value


def storable_json(value: Any) -> str:  # noqa: ANN401 - JSON-like data of any shape
    """`value` as JSON, with the same care for its strings; quicker, as it is cleaned once.

    Numbers that JSON has no word for are strings: Infinity, -Infinity and NaN.
    """
    try:
        text = to_json(value, inf_nan_mode="strings").decode()  # a fifth of the time of json.dumps
    except PydanticSerializationError:  # a lone surrogate, which is rare: then it is cleaned twice
        text = to_json(storable_tree(value), inf_nan_mode="strings").decode()
    return _ESCAPED_NUL.sub(rf"\1{REPLACEMENT}", text) if "\\u0000" in text else text
