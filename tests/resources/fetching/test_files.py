"""Photos that are on this machine."""

import asyncio
import os
from hashlib import sha256
from pathlib import Path

import pytest

from darkroom.errors import PhotoFailed
from darkroom.outcomes import Failure
from darkroom.ports import Fetched
from darkroom.settings import DownloadSettings
from darkroom.uris import file_uri
from resources.fetching.files import FileFetcher


def _fetch(uri: str, scratch: Path, max_bytes: int = 1000) -> Fetched:
    return asyncio.run(FileFetcher(DownloadSettings(max_bytes=max_bytes)).fetch(uri, scratch))


def _failure(uri: str, scratch: Path, max_bytes: int = 1000) -> Failure:
    with pytest.raises(PhotoFailed) as caught:
        _fetch(uri, scratch, max_bytes)
    return caught.value.failure


@pytest.mark.parametrize(
    "name", [b"a.jpg", b"a b#1?2%20.jpg", "käse.jpg".encode(), b"\xff\xfe.jpg"]
)
def test_a_file_is_copied(tmp_path: Path, name: bytes) -> None:
    """Whole and into scratch; any name that a file can have is found again."""
    path = tmp_path / os.fsdecode(name)
    path.write_bytes(b"photo")
    scratch = tmp_path / "scratch"
    scratch.mkdir()

    fetched = _fetch(file_uri(path), scratch)

    assert fetched == Fetched(
        fetched.path, bytes=5, attempts=1, sha256=sha256(b"photo").hexdigest()
    )
    assert list(scratch.iterdir()) == [fetched.path]
    assert (fetched.path.read_bytes(), path.read_bytes()) == (b"photo", b"photo")


@pytest.mark.parametrize("link", ["a.jpg", "in/a.jpg"])
def test_what_became_a_link_is_not_followed(tmp_path: Path, link: str) -> None:
    """Links were followed when the photo was listed: one that is there now came afterwards."""
    (tmp_path / "private").mkdir()
    (tmp_path / "private" / "a.jpg").write_bytes(b"secret")
    if link == "a.jpg":
        (tmp_path / "a.jpg").symlink_to(tmp_path / "private" / "a.jpg")
    else:
        (tmp_path / "in").symlink_to(tmp_path / "private")
    uri = file_uri(tmp_path / link)

    assert _failure(uri, tmp_path) == Failure(
        error_type="LinkRefused",
        message=f"{uri} is not followed: {tmp_path / link.partition('/')[0]} is a link since it was"
        " listed",
        retryable=False,
    )


def test_what_is_gone_is_not_found(tmp_path: Path) -> None:
    """Neither a missing file nor one inside a file is worth another attempt."""
    (tmp_path / "a.jpg").write_bytes(b"photo")
    for missing in (tmp_path / "b.jpg", tmp_path / "a.jpg" / "c.jpg"):
        uri = file_uri(missing)
        assert _failure(uri, tmp_path) == Failure(
            error_type="NotFound", message=f"{uri} is not there", retryable=False
        )


def test_a_named_pipe_does_not_hold_us_up(tmp_path: Path) -> None:
    """What is not a regular file is not opened for good."""
    os.mkfifo(tmp_path / "a.jpg")
    for special in (tmp_path / "a.jpg", tmp_path):
        uri = file_uri(special)
        assert _failure(uri, tmp_path) == Failure(
            error_type="NotAFile", message=f"{uri} is not a regular file", retryable=False
        )


def test_a_file_that_is_too_large_is_not_taken(tmp_path: Path) -> None:
    """The limit holds for local files, too."""
    path = tmp_path / "a.jpg"
    path.write_bytes(bytes(1001))

    assert _failure(file_uri(path), tmp_path) == Failure(
        error_type="BodyTooLarge",
        message=f"{file_uri(path)} is too large: more than the 1000 bytes allowed",
        retryable=False,
    )


@pytest.mark.parametrize("uri", ["file://elsewhere/a.jpg", "file:a.jpg", "file:///a%00.jpg"])
def test_nonsense_is_no_address_of_a_file(tmp_path: Path, uri: str) -> None:
    """Another machine's file, a relative path, a name that no file can have."""
    assert _failure(uri, tmp_path).error_type == "InvalidUrl"
