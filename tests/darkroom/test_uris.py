"""Addresses of photos."""

import os
import random
from pathlib import Path

import pytest

from darkroom.uris import (
    ArchiveMember,
    S3Address,
    file_uri,
    host_in,
    name_in,
    parse_file_uri,
    parse_s3_uri,
    parse_zip_uri,
    s3_uri,
    scheme_of,
    shown,
    zip_uri,
)


def test_any_local_path_comes_back() -> None:
    """Building and taking apart are inverse for every file name that Linux allows."""
    chance = random.Random(3)
    for _ in range(500):
        name = os.fsdecode(bytes(chance.choices([b for b in range(1, 256) if b != 47], k=20)))
        path = Path("/some where") / f"{name}x"
        uri = file_uri(path)
        assert uri.isascii()
        assert parse_file_uri(uri) == path
        assert parse_zip_uri(zip_uri(ArchiveMember(path, "a"))) == ArchiveMember(path, "a")


@pytest.mark.parametrize("name", ["a.jpg", "in/a b.jpg", "a;2.jpg", "#?%20", "käse\n", "/", ".."])
@pytest.mark.parametrize("nth", [1, 2, 11])
def test_any_entry_of_an_archive_comes_back(name: str, nth: int) -> None:
    """Names of entries hold anything, and the same name may be there several times."""
    member = ArchiveMember(Path("/a/b.zip"), name, nth)

    assert parse_zip_uri(zip_uri(member)) == member


def test_archive_entries_look_like_this() -> None:
    """The form is a promise: rows and records hold it."""
    assert zip_uri(ArchiveMember(Path("/in/a b.zip"), "x/y z.jpg")) == (
        "zip:///in/a%20b.zip#x/y%20z.jpg"
    )
    assert zip_uri(ArchiveMember(Path("/a.zip"), "y.jpg", 2)) == "zip:///a.zip#y.jpg;2"


@pytest.mark.parametrize("key", ["a.jpg", "2024/my photo.jpg", "100%25.jpg", "a#b?c", ""])
def test_keys_are_written_as_they_are(key: str) -> None:
    """As every S3 tool writes them: nothing is percent-encoded."""
    address = S3Address("bucket", key)

    assert s3_uri(address) == f"s3://bucket/{key}"
    assert parse_s3_uri(s3_uri(address)) == address


@pytest.mark.parametrize("uri", ["file://host/a", "file:a", "file:///a%00b", "http://a/b"])
def test_files_of_others_are_not_ours(uri: str) -> None:
    """Nor are relative paths and names that no file can have."""
    with pytest.raises(ValueError, match="not a"):
        parse_file_uri(uri)


@pytest.mark.parametrize("uri", ["zip:///a.zip", "zip://host/a.zip#b", "zip:a#b", "zip:///a#b;x"])
def test_only_entries_are_entries(uri: str) -> None:
    """An archive without an entry, another machine's, a number that is none."""
    with pytest.raises(ValueError, match=r"not an|invalid literal"):
        parse_zip_uri(uri)


@pytest.mark.parametrize(
    ("uri", "scheme"),
    [("HTTPS://a/b", "https"), ("a/b.jpg", ""), ("", ""), ("C:\\a.jpg", "c"), ("/a:b", "")],
)
def test_a_scheme_comes_before_the_first_colon(uri: str, scheme: str) -> None:
    """Upper and lower case are the same; a path has none."""
    assert scheme_of(uri) == scheme


@pytest.mark.parametrize(
    ("uri", "name"),
    [
        ("https://a.example/b/c%20d.jpg?e=f/g#h/i", "c d.jpg"),
        ("https://a.example", ""),
        ("https://a.example?b=/c/d.jpg", ""),
        ("https://a.example/", ""),
        ("file:///a/b%23.jpg", "b#.jpg"),
        ("zip:///a.zip#in/b%3B.jpg;2", "b;.jpg"),
        ("s3://bucket/a/b%20?.jpg", "b%20?.jpg"),
        ("in/b.jpg", "b.jpg"),
    ],
)
def test_a_name_is_the_last_part_of_the_path(uri: str, name: str) -> None:
    """Without query and fragment, as a person would write it."""
    assert name_in(uri) == name


@pytest.mark.parametrize(
    ("uri", "safe"),
    [
        ("https://me:pass@a.example/b?token=c&d=&e", "https://***@a.example/b?token=***&d=&e"),
        ("https://a.example/b@c?d=e=f#g", "https://a.example/b@c?d=***#g"),
        ("ftp://me@host/a", "ftp://***@host/a"),
        ("https://me:my p@ss@a.example/b", "https://***@a.example/b"),
        ("file:///a@b?c=d", "file:///a@b?c=d"),
        ("s3://bucket/a@b?c=d", "s3://bucket/a@b?c=d"),
    ],
)
def test_shown_addresses_keep_secrets(uri: str, safe: str) -> None:
    """Users, passwords and query values are masked, whatever the query's names are."""
    assert shown(uri) == safe


@pytest.mark.parametrize(
    ("uri", "host"),
    [
        ("https://me:pass@a.example:8443/b", "a.example:8443"),
        ("https://a.example?token=c@d", "a.example"),
        ("https://a.example#e", "a.example"),
        ("a.jpg", ""),
    ],
)
def test_a_host_is_named_without_its_visitors(uri: str, host: str) -> None:
    """Batches are named after it, so nothing secret may be left in it."""
    assert host_in(uri) == host
