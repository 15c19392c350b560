"""Folders and buckets that a manifest may name photos in: below itself, or below an allowed root.

A photo that lies elsewhere is listed as `outside:…`. It fails with its reason when it is fetched,
unless it lies below an allowed root by then.
"""

import os
from collections.abc import Iterable
from pathlib import Path

from darkroom.uris import (
    file_uri,
    parse_file_uri,
    parse_s3_uri,
    parse_zip_uri,
    scheme_of,
    zip_uri,
)

OUTSIDE = "outside:"


def check_roots(roots: Iterable[str]) -> None:
    """Raises ValueError for what is neither an absolute folder nor a place in a bucket."""
    for root in roots:
        if scheme_of(root) == "s3":
            parse_s3_uri(root)
        elif not Path(root).is_absolute():
            raise ValueError(f"{root!r} is neither an absolute folder nor s3://bucket/prefix")


def placed(uri: str, roots: Iterable[str]) -> str:
    """The address by its real path, marked when that lies below none of `roots`.

    Links are followed here for the last time: whoever opens a local address follows none, so what
    is judged here stays true. Addresses that are neither local nor in a bucket are left alone.
    """
    try:
        scheme = scheme_of(uri)
        if scheme == "file":
            uri = file_uri(_real(parse_file_uri(uri)))
        elif scheme == "zip":
            member = parse_zip_uri(uri)
            uri = zip_uri(type(member)(_real(member.archive), member.name, member.nth))
        elif scheme != "s3":
            return uri
        return uri if is_below(uri, roots) else f"{OUTSIDE}{uri}"
    except ValueError:  # fetching will say what is wrong with it
        return uri


def is_below(uri: str, roots: Iterable[str]) -> bool:
    """Whether a `file:`, `zip:` or `s3:` address lies below a root. Raises ValueError for others.

    By its letters alone: a local one must be a real path.
    """
    if scheme_of(uri) == "s3":
        address = parse_s3_uri(uri)
        if ".." in address.key.split("/"):
            return False
        places = [parse_s3_uri(root) for root in roots if scheme_of(root) == "s3"]
        return any(
            address.bucket == place.bucket
            and f"{address.key}/".startswith(f"{place.key.rstrip('/')}/".lstrip("/"))
            for place in places
        )
    path = parse_zip_uri(uri).archive if scheme_of(uri) == "zip" else parse_file_uri(uri)
    if ".." in path.parts:
        return False
    folders = [Path(root) for root in roots if scheme_of(root) != "s3"]
    # Mostly a root is its own real path, and a manifest may have a million rows.
    return any(path.is_relative_to(each) or path.is_relative_to(_real(each)) for each in folders)


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path))
