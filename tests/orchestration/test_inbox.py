"""What is seen in the inbox, and when it is ripe."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
import pytest

from darkroom.settings import DownloadSettings, IntakeSettings, S3Settings
from orchestration.inbox import Dropped, Memory, look_in_bucket, look_in_folder
from resources.listing.remote import RemoteListing

if TYPE_CHECKING:
    from tests.conftest import S3Server


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "inbox"
    folder.mkdir()
    return folder


def names(dropped: list[Dropped]) -> list[str]:
    return [each.name for each in dropped]


@pytest.mark.parametrize(
    ("name", "owner"),
    [
        ("anna@spring.zip", "anna"),
        ("anna@b@c", "anna"),
        ("spring.zip", "inbox"),
        ("@spring.zip", "inbox"),
        ("Anna Müller@x", "Anna Müller"),
    ],
)
def test_the_name_says_whose_it_is(name: str, owner: str) -> None:
    """What stands before the first @."""
    assert Dropped(name, "/x", "s").owner == owner


def test_a_thing_is_ripe_once_it_looks_the_same_twice(inbox: Path) -> None:
    """Not at first sight, and not while any file in it grows, comes or goes."""
    folder = inbox / "spring"
    (folder / "deep").mkdir(parents=True)
    photo = folder / "deep" / "a.jpg"
    photo.write_bytes(b"a")
    memory = Memory()

    assert memory.ripe(look_in_folder(inbox)) == []
    photo.write_bytes(b"aa")
    assert memory.ripe(look_in_folder(inbox)) == []
    photo.with_name("b.jpg").write_bytes(b"b")
    assert memory.ripe(look_in_folder(inbox)) == []
    assert names(memory.ripe(look_in_folder(inbox))) == ["spring"]


def test_what_was_taken_is_ripe_again_only_after_a_change(inbox: Path) -> None:
    """Also through a cursor; what left the inbox is forgotten."""
    photo = inbox / "a.jpg"
    photo.write_bytes(b"a")
    memory = Memory()
    memory.ripe(look_in_folder(inbox))
    [ripe] = memory.ripe(look_in_folder(inbox))
    memory.take(ripe)
    memory = Memory.read(memory.cursor())
    assert memory.ripe(look_in_folder(inbox)) == []

    photo.write_bytes(b"other")
    assert memory.ripe(look_in_folder(inbox)) == []
    [again] = memory.ripe(look_in_folder(inbox))
    memory.take(again)
    photo.unlink()
    assert memory.ripe(look_in_folder(inbox)) == []
    assert Memory.read(memory.cursor()) == Memory()


def test_hidden_things_are_passed_over(inbox: Path) -> None:
    """A dot file is somebody's unfinished copy; links inside a folder are not followed."""
    (inbox / ".part").write_bytes(b"a")
    (inbox / "b").mkdir()
    (inbox / "b" / "loop").symlink_to(inbox)
    (inbox / "a.csv").write_bytes(b"")

    assert names(look_in_folder(inbox)) == ["a.csv", "b"]


def test_a_link_is_known_for_one(inbox: Path, tmp_path: Path) -> None:
    """It could lead anywhere; what it leads to is not looked at."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (inbox / "link").symlink_to(elsewhere)
    before = look_in_folder(inbox)
    (elsewhere / "photo.jpg").write_bytes(b"a")

    assert [(each.name, each.is_link) for each in before] == [("link", True)]
    assert look_in_folder(inbox) == before


def test_names_that_are_not_utf8_are_seen(inbox: Path) -> None:
    """And stay what they are through a cursor."""
    Path(os.fsdecode(os.fsencode(inbox) + b"/caf\xe9.zip")).write_bytes(b"")
    memory = Memory()
    memory.ripe(look_in_folder(inbox))
    memory = Memory.read(memory.cursor())

    assert [os.fsencode(each.name) for each in memory.ripe(look_in_folder(inbox))] == [
        b"caf\xe9.zip"
    ]


def test_what_cannot_be_looked_at_does_not_hide_the_rest(
    inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It gets a signature like everything else; whoever opens it will say why it cannot be."""
    (inbox / "a").mkdir()
    (inbox / "a" / "secret.jpg").write_bytes(b"")
    (inbox / "b.csv").write_bytes(b"")
    lstat = Path.lstat

    def refusing(path: Path) -> os.stat_result:
        if path.name == "secret.jpg":
            raise PermissionError(13, "Permission denied")
        return lstat(path)

    monkeypatch.setattr(Path, "lstat", refusing)
    memory = Memory()
    memory.ripe(look_in_folder(inbox))

    assert names(memory.ripe(look_in_folder(inbox))) == ["a", "b.csv"]


def test_there_may_be_no_inbox_yet(tmp_path: Path) -> None:
    """Then nothing lies in it."""
    assert look_in_folder(tmp_path / "nowhere") == []


def test_each_first_level_of_a_bucket_is_one_thing(
    s3_bucket: str, s3_server: "S3Server", s3_settings: S3Settings
) -> None:
    """Also where another name sorts between the two parts of it; it is ripe at the second look."""
    client = boto3.session.Session().client("s3", endpoint_url=s3_server.endpoint_url)
    for key in ("in/", "in/a", "in/a-b.jpg", "in/a/1.jpg", "in/.part/2.jpg"):
        client.put_object(Bucket=s3_bucket, Key=key, Body=key.encode())
    client.close()
    remote = RemoteListing(DownloadSettings(), s3_settings, IntakeSettings())
    memory = Memory()
    memory.ripe(look_in_bucket(f"s3://{s3_bucket}/in", remote))

    assert names(memory.ripe(look_in_bucket(f"s3://{s3_bucket}/in", remote))) == ["a", "a-b.jpg"]
