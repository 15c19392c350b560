"""The list of results that is delivered beside the photos."""

import csv
import io
import json
import re
from collections.abc import Sequence
from datetime import datetime

from pydantic import BaseModel

from darkroom.results import PhotoResult
from darkroom.storage.storable_text import REPLACEMENT, storable

COLUMNS = (
    *("batch", "photo_id", "filename", "uri", "outcome", "reasons", "warnings", "detail"),
    *("failures", "sha256", "bytes", "format", "width", "height", "orientation", "taken_at"),
    *("camera", "latitude", "longitude", "checks", "phash", "dhash", "duplicate_of"),
    *("near_duplicates", "rendition", "text", "text_confidence", "codes", "unique_id"),
    *(
        "unique_id_source",
        "unique_id_candidates",
        "detections",
        "analysis",
        "delivered_uri",
        "accepted_reason",
        "extra",
    ),
)
"""Fields of `PhotoResult`: all but the single words of a text."""
_SKIPPED = r"[\s\"'\x00-\x1f\x7f-\xa0\u200b-\u200f\u2060\ufeff]*"
_FORMULA = re.compile(_SKIPPED + "[=+\\-@＝＋－＠﹢﹣﹦﹫−]|[\t\r\n]")
"""What some spreadsheet takes for a formula, or for the white space and quotes that it drops before
one. https://owasp.org/www-community/attacks/CSV_Injection"""
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
"""All but tabs and line breaks, which texts have."""

Cell = str | int | float | None


def results_name(batch: str) -> str:
    """Where a batch's list goes."""
    return f"results/{batch}/results.csv"


def results_csv(results: Sequence[PhotoResult]) -> bytes:
    """UTF-8, RFC 4180, a header line first.

    Lists of plain words are joined by semicolons, other structures are JSON. Text that a
    spreadsheet could take for a formula begins with an apostrophe; numbers stay numbers. Control
    characters, which terminals obey, are replaced.
    """
    into = io.StringIO(newline="")
    writer = csv.writer(into, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for result in results:
        writer.writerow([_cell(getattr(result, column)) for column in COLUMNS])
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
    return _inert(json.dumps(_plain(value), ensure_ascii=False)) if value else None


def _inert(text: str) -> str:
    text = _CONTROL.sub(REPLACEMENT, storable(text))
    return f"'{text}" if _FORMULA.match(text) else text


def _plain(value: object) -> object:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value
