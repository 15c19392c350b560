"""Addresses of photos: what they look like, and how they are built and taken apart.

`file:///folder/a.jpg` and `zip:///folder/a.zip#inner/a.jpg` are percent-encoded, so any file name
is possible. `s3://bucket/key` holds the key as it is, the way every S3 tool writes it.
`refused:…` is an address that a manifest gave and that must not be followed, `outside:…` one that
is followed only below the roots that the operator allows.
"""

import os
import posixpath
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote, unquote_to_bytes, urlsplit

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*(?=:)")
_CREDENTIALS = re.compile(r"(?<=://)[^/?#]*@")
_QUERY_VALUE = re.compile(r"(?<==)[^&#]+")


@dataclass(frozen=True, slots=True)
class ArchiveMember:
    """One entry of a ZIP; `nth` tells entries of the same name apart, from 1."""

    archive: Path
    name: str
    nth: int = 1


@dataclass(frozen=True, slots=True)
class S3Address:
    """A key, or the start of several, in a bucket."""

    bucket: str
    key: str


def scheme_of(uri: str) -> str:
    """In lower case; empty for a plain path or an empty text."""
    match = _SCHEME.match(uri)
    return match[0].lower() if match else ""


def file_uri(path: Path) -> str:
    """`path` must be absolute. Names that are not UTF-8 keep their bytes."""
    return path.as_uri()


def parse_file_uri(uri: str) -> Path:
    """Raises ValueError for another host's file or a relative path."""
    parts = urlsplit(uri)
    if parts.scheme != "file" or parts.netloc not in ("", "localhost"):
        raise ValueError("not a file of this machine")
    return _local_path(uri.split("://", 1)[-1].removeprefix("localhost"))


def zip_uri(member: ArchiveMember) -> str:
    suffix = f";{member.nth}" if member.nth > 1 else ""
    return f"zip{file_uri(member.archive)[4:]}#{quote(member.name)}{suffix}"


def parse_zip_uri(uri: str) -> ArchiveMember:
    """Raises ValueError for anything that `zip_uri` does not make."""
    archive, mark, fragment = uri.partition("#")
    name, _, nth = fragment.partition(";")
    if not archive.startswith("zip:///") or not mark:
        raise ValueError("not an entry of an archive on this machine")
    return ArchiveMember(_local_path(archive[6:]), unquote(name), int(nth or 1))


def s3_uri(address: S3Address) -> str:
    return f"s3://{address.bucket}/{address.key}"


def parse_s3_uri(uri: str) -> S3Address:
    """Raises ValueError when there is no bucket. The key may be empty."""
    scheme, _, rest = uri.partition("://")
    bucket, _, key = rest.partition("/")
    if scheme.lower() != "s3" or not bucket:
        raise ValueError("not of the form s3://bucket/key")
    return S3Address(bucket, key)


def name_in(uri: str) -> str:
    """The last segment of the path, decoded; empty when there is none."""
    uri = uri.removeprefix("outside:")
    scheme = scheme_of(uri)
    if scheme == "zip":
        path = unquote(uri.partition("#")[2].partition(";")[0])
    else:
        if scheme != "s3":
            uri = unquote(uri.partition("#")[0].partition("?")[0])
        host, mark, below = uri.partition("://")
        path = below.partition("/")[2] if mark else host
    return posixpath.basename(path.rstrip("/"))


def host_in(uri: str) -> str:
    """Host and port, without user and password."""
    return re.split(r"[/?#]", uri.partition("://")[2], maxsplit=1)[0].rpartition("@")[2]


def lane_of(uri: str) -> str:
    """Who has to answer for an address: its host or bucket. Empty for this machine's own disk."""
    scheme = scheme_of(uri)
    if scheme in ("http", "https"):
        return host_in(uri).lower()
    return f"s3://{host_in(uri)}" if scheme == "s3" else ""


def shown(uri: str) -> str:
    """The address without its secrets, for messages: user, password and query values are masked."""
    uri = _CREDENTIALS.sub("***@", uri)
    if scheme_of(uri) in ("", "file", "zip", "s3", "refused", "outside"):
        return uri
    address, question, query = uri.partition("?")
    return address + question + _QUERY_VALUE.sub("***", query)


def _local_path(encoded: str) -> Path:
    path = Path(os.fsdecode(unquote_to_bytes(encoded)))
    if not path.is_absolute() or "\0" in str(path):
        raise ValueError("not an absolute path")
    return path
