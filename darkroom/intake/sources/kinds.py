"""What a file is for intake: an archive, a manifest in some format, or a photo."""

import mimetypes
import re
from enum import StrEnum
from pathlib import Path, PurePosixPath

URI_COLUMNS = ("url", "uri", "path")
"""Names of the column that says where a photo is, best first."""


class Kind(StrEnum):
    ARCHIVE = "ZIP"
    CSV = "CSV"
    TSV = "TSV"
    JSON_LINES = "JSON Lines"
    PARQUET = "Parquet"
    URL_LIST = "list of URLs"
    PHOTO = "photo"


_BY_SUFFIX = {
    ".zip": Kind.ARCHIVE,
    ".csv": Kind.CSV,
    ".tsv": Kind.TSV,
    ".jsonl": Kind.JSON_LINES,
    ".ndjson": Kind.JSON_LINES,
    ".json": Kind.JSON_LINES,
    ".parquet": Kind.PARQUET,
    ".pq": Kind.PARQUET,
    ".txt": Kind.URL_LIST,
    ".lst": Kind.URL_LIST,
    ".urls": Kind.URL_LIST,
}
_BY_CONTENT_TYPE = {
    "application/zip": Kind.ARCHIVE,
    "application/x-zip-compressed": Kind.ARCHIVE,
    "text/csv": Kind.CSV,
    "text/tab-separated-values": Kind.TSV,
    "application/jsonl": Kind.JSON_LINES,
    "application/json": Kind.JSON_LINES,
    "application/x-ndjson": Kind.JSON_LINES,
    "application/x-jsonlines": Kind.JSON_LINES,
    "application/vnd.apache.parquet": Kind.PARQUET,
    "text/plain": Kind.URL_LIST,
    "text/uri-list": Kind.URL_LIST,
}
_HEAD = 4096
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://\S+")


def kind_by_name(name: str, content_type: str | None = None) -> Kind | None:
    """By the suffix, else by the content type; None when neither says."""
    kind = _BY_SUFFIX.get(PurePosixPath(name).suffix.lower())
    if kind is not None:
        return kind
    content_type = (content_type or "").partition(";")[0].strip().lower()
    if content_type in _BY_CONTENT_TYPE:
        return _BY_CONTENT_TYPE[content_type]
    guess = content_type or mimetypes.guess_type(name)[0] or ""
    return Kind.PHOTO if guess.startswith("image/") else None


def kind_by_content(path: Path) -> Kind:
    """From the first bytes; a photo when they tell nothing else."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return Kind.ARCHIVE
    if head.startswith(b"PAR1"):
        return Kind.PARQUET
    encoding = "utf-16" if head.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    return _kind_of_text(head.decode(encoding, "replace"))


def _kind_of_text(text: str) -> Kind:
    if "\0" in text:
        return Kind.PHOTO
    lines = [line.strip() for line in text.splitlines()]
    first = next((line for line in lines if line and not line.startswith("#")), "")
    if first == "[" or first.startswith(('{"', '{ "', "[{", "[ {")):
        return Kind.JSON_LINES
    if _ADDRESS.fullmatch(first):
        return Kind.URL_LIST
    for delimiters, kind in (("\t", Kind.TSV), (",;|", Kind.CSV)):
        cells = re.split(f"[{delimiters}]", first)
        if {cell.strip('" ').lower() for cell in cells} & set(URI_COLUMNS):
            return kind
    return Kind.PHOTO
