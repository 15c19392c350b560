"""Photos that a table names: one row, one photo."""

import json
import posixpath
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from urllib.parse import urldefrag, urljoin

from darkroom.errors import SourceUnreadable
from darkroom.intake.roots import placed
from darkroom.intake.sources.folder import found_file
from darkroom.intake.sources.kinds import URI_COLUMNS
from darkroom.intake.sources.listing import Found
from darkroom.intake.sources.tables import Record
from darkroom.intake.sources.text import file_name
from darkroom.uris import (
    S3Address,
    file_uri,
    name_in,
    parse_file_uri,
    parse_s3_uri,
    s3_uri,
    scheme_of,
)

_NAME_COLUMNS = ("filename", "file_name", "name")
_LOCAL = ("file", "zip")
_MAX_SHAPES = 100_000
_MAX_SAID = 500
_MARKS = ("refused", "outside")
"""Ours to set, so not for a manifest to write."""
_to_json = json.JSONEncoder(ensure_ascii=False).encode


@dataclass(frozen=True, slots=True)
class Base:
    """Where a manifest lies: what relative addresses in it start from."""

    source: str
    """What messages call it."""
    folder: Path | None = None
    """Absolute; for a manifest on this machine."""
    url: str | None = None
    """For one from elsewhere. It may not name files of this machine."""
    roots: Sequence[str] = ()
    """Where its photos may lie besides below itself."""


def read_manifest(
    rows: Iterable[Record], base: Base, uri_column: str | None = None
) -> Iterator[Found]:
    """One photo for each row, its further columns in `extra_json`.

    The column with the address is `uri_column` or, by name, url, uri or path; upper and lower case
    are the same. Rows that cannot be fetched (no address, a scheme nobody knows, a file of this
    machine named from elsewhere or outside of the roots) are listed too, and fail with their reason
    when they are fetched.
    Raises `SourceUnreadable` when no row has such a column.
    """
    wanted = (uri_column,) if uri_column else URI_COLUMNS
    columns: dict[tuple[str, ...], tuple[str | None, str | None]] = {}
    for row in rows:
        names = tuple(row)
        if names not in columns:
            if len(columns) == _MAX_SHAPES:
                raise SourceUnreadable(base.source, "its rows have no columns in common")
            columns[names] = _column(names, wanted), _column(names, _NAME_COLUMNS)
        uri_name, name_name = columns[names]
        text = row.pop(uri_name) if uri_name else ""
        name = row.pop(name_name) if name_name else ""
        extra = {column: cell for column, cell in row.items() if cell}
        extra_json = _to_json(extra) if extra else "{}"
        yield found_at(text, base, name=name, extra_json=extra_json)
    if columns and not any(uri_name for uri_name, _ in columns.values()):
        seen = ", ".join(dict.fromkeys(name for names in columns for name in names))[:_MAX_SAID]
        raise SourceUnreadable(
            base.source,
            f"has no column named {' or '.join(wanted)}, only: {seen or 'nothing'};"
            " set intake.uri_column to the one with the address",
        )


def read_url_list(lines: Iterable[str], base: Base) -> Iterator[Found]:
    """One photo for each line; blank lines and those that start with # are left out."""
    for line in lines:
        text = line.strip()
        if text and not text.startswith("#"):
            yield found_at(text, base)


def found_at(text: str, base: Base, *, name: str = "", extra_json: str = "{}") -> Found:
    """The photo at an address as a manifest writes it: a URI, or a path relative to the manifest.

    A web address is the same photo whatever its fragment; a local file changes with its size and
    time of change.
    """
    uri = _resolved(text, base)
    filename = file_name(name or name_in(uri) or text)
    if not uri:
        digest = blake2b(f"{name}|{extra_json}".encode(), digest_size=16).hexdigest()
        return Found("", filename, f"{base.source}|row|{digest}", extra_json)
    if scheme_of(uri) != "file":
        return Found(uri, filename, uri, extra_json)
    identity = uri
    try:
        path = parse_file_uri(uri)
        identity = found_file(path, path.stat()).identity
    except (OSError, ValueError):  # fetching will say what is wrong with it
        pass
    return Found(uri, filename, identity, extra_json)


def _resolved(text: str, base: Base) -> str:
    scheme = scheme_of(text)
    if not text:
        return ""
    if scheme in ("http", "https"):
        return text.partition("#")[0]
    if scheme in _MARKS or (base.url is not None and scheme in _LOCAL):
        return f"refused:{text}"
    if base.url is not None:
        uri = text if scheme else _joined(base.url, text)
        return placed(uri, [*_own_prefix(base.url), *base.roots])
    if base.folder is None or scheme not in ("", *_LOCAL):
        return text
    uri = text if scheme else file_uri(base.folder / text)
    return placed(uri, [str(base.folder), *base.roots])


def _own_prefix(url: str) -> list[str]:
    """What lies below a manifest in a bucket is its own."""
    if scheme_of(url) != "s3":
        return []
    return [f"{url.rpartition('/')[0]}/"]


def _joined(base_url: str, text: str) -> str:
    if scheme_of(base_url) == "s3":  # which urljoin does not know
        base = parse_s3_uri(base_url)
        key = posixpath.normpath(posixpath.join("/", posixpath.dirname(base.key), text))
        return s3_uri(S3Address(base.bucket, key.lstrip("/")))
    try:
        return urldefrag(urljoin(base_url, text)).url
    except ValueError:  # one bracket of two, after slashes: fetching will say so
        return f"{scheme_of(base_url)}:{text}"


def _column(names: Iterable[str], wanted: Iterable[str]) -> str | None:
    by_lower = {name.lower(): name for name in names}
    return next((by_lower[want.lower()] for want in wanted if want.lower() in by_lower), None)
