"""CSV that no spreadsheet and no terminal obeys, whatever strangers wrote."""

import csv
import io
import json
import re
from collections.abc import Iterable, Sequence
from datetime import datetime

from darkroom.plain_values import plain
from darkroom.storage.storable_text import REPLACEMENT, storable

_SKIPPED = r"[\s\"'\x00-\x1f\x7f-\xa0\u200b-\u200f\u2060\ufeff]*"
_FORMULA = re.compile(_SKIPPED + "[=+\\-@＝＋－＠﹢﹣﹦﹫−]|[\t\r\n]")
"""What some spreadsheet takes for a formula, or for the white space and quotes that it drops before
one. https://owasp.org/www-community/attacks/CSV_Injection"""
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
"""All but tabs and line breaks, which texts have."""
_JSON = json.JSONEncoder(ensure_ascii=False)

Cell = str | int | float | None


def inert_csv(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """UTF-8, RFC 4180, a header line first.

    Lists of plain words are joined by semicolons, other structures are JSON. Text that a
    spreadsheet could take for a formula begins with an apostrophe; numbers stay numbers. Control
    characters, which terminals obey, are replaced.
    """
    into = io.StringIO(newline="")
    writer = csv.writer(into, lineterminator="\r\n")
    writer.writerow([_cell(column) for column in columns])
    for row in rows:
        writer.writerow([_cell(value) for value in row])
    return into.getvalue().encode()


def _cell(value: object) -> Cell:
    if value is None or isinstance(value, (int, float)):
        return value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, str):
        return _inert(value)
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return _inert("; ".join(value))
    return _inert(_JSON.encode(plain(value))) if value else None


def _inert(text: str) -> str:
    if not text.isprintable():  # most are: nothing in them is a control character or a surrogate
        text = _CONTROL.sub(REPLACEMENT, storable(text))
    return f"'{text}" if _FORMULA.match(text) else text
