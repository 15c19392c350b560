"""The S3 store, beyond the contract of all stores."""

import errno
import os
import tempfile
import traceback
from pathlib import Path

import boto3
import pytest

from darkroom.errors import SettingsInvalid, StoreUnavailable
from darkroom.settings import S3Settings
from resources.stores import s3_uploads
from resources.stores.s3 import S3Store


@pytest.fixture
def store(s3_bucket: str, s3_settings: S3Settings, tmp_path: Path) -> S3Store:
    return S3Store(s3_bucket, "team", s3_settings, tmp_path)


@pytest.fixture
def large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of three parts, the last one small."""
    monkeypatch.setattr(s3_uploads, "MULTIPART_BYTES", 6 << 20)
    monkeypatch.setattr(s3_uploads, "PART_BYTES", 5 << 20)
    file = tmp_path / "large"
    file.write_bytes(os.urandom(1 << 20) * 11)
    return file


def test_a_large_file_arrives_in_parts(store: S3Store, large: Path) -> None:
    """It is whole, is added once, and no part stays behind."""
    assert store.add("blobs/ab/cd", large) is True
    assert store.add("blobs/ab/cd", large) is False
    assert store.read("blobs/ab/cd") == large.read_bytes()
    assert unfinished(store) == []


def test_a_large_file_that_comes_late_is_given_up(
    store: S3Store, large: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Overtaken during its upload it replaces nothing, and its parts are removed."""
    store.put("blobs/ab/cd", b"the first")
    monkeypatch.setattr(s3_uploads, "_is_there", lambda *_: False)

    assert store.add("blobs/ab/cd", large) is False
    assert store.read("blobs/ab/cd") == b"the first"
    assert unfinished(store) == []


def test_local_copies_are_removed(store: S3Store, tmp_path: Path) -> None:
    """A copy lives as long as its context, in the scratch folder."""
    store.put("blobs/ab/cd", b"bytes")

    with store.local("blobs/ab/cd") as path:
        assert path.parent == tmp_path
    assert list(tmp_path.iterdir()) == []


def test_full_scratch_is_said_plainly(
    store: S3Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk of this machine is named, not the bucket."""
    store.put("blobs/ab/cd", b"bytes")

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(tempfile, "NamedTemporaryFile", full)
    with (
        pytest.raises(StoreUnavailable, match=f"the disk of the folder {tmp_path} is full"),
        store.local("blobs/ab/cd"),
    ):
        pass


def test_its_uri_has_bucket_prefix_and_name(store: S3Store) -> None:
    """As people write it."""
    assert store.uri("a b/é.png") == f"s3://{store.bucket}/team/a b/é.png"


def test_prefixes_do_not_see_each_other(
    store: S3Store, s3_settings: S3Settings, tmp_path: Path
) -> None:
    """A store ends at its prefix, even where another's begins with the same letters."""
    other = S3Store(store.bucket, "team2", s3_settings, tmp_path)
    store.put("a", b"")
    other.put("b", b"")
    whole = S3Store(store.bucket, "", s3_settings, tmp_path)

    assert list(store.names("")) == ["a"]
    assert list(whole.names("")) == ["team/a", "team2/b"]


def test_keys_of_others_that_are_no_names_are_left_out(store: S3Store) -> None:
    """Such as the folder markers that consoles make."""
    client = boto3.session.Session().client("s3", endpoint_url=store.settings.endpoint_url)
    for key in ("team/", "team/folder/", "team/.hidden", "team/kept"):
        client.put_object(Bucket=store.bucket, Key=key, Body=b"")
    client.close()

    assert list(store.names("")) == ["kept"]


def test_a_missing_bucket_is_not_a_missing_object(s3_settings: S3Settings) -> None:
    """The sentence says what to create."""
    store = S3Store("no-such-bucket", "", s3_settings)
    with pytest.raises(StoreUnavailable, match=r"bucket no-such-bucket at .* does not exist"):
        store.read("a")
    with pytest.raises(StoreUnavailable, match="does not exist"):
        store.put("a", b"")


@pytest.mark.usefixtures("s3_server")  # for its credentials
def test_a_service_that_is_away_is_named_without_its_password() -> None:
    """Where it was looked for, and neither key nor password."""
    away = S3Settings(endpoint_url="http://me:hunter2@127.0.0.1:1", max_attempts=1)
    with pytest.raises(StoreUnavailable) as refused:
        S3Store("bucket", "", away).read("a")
    assert str(refused.value) == (
        "bucket bucket at http://***@127.0.0.1:1 does not answer (EndpointConnectionError)"
    )
    assert "hunter2" not in "".join(traceback.format_exception(refused.value))


def test_without_credentials_the_sentence_says_what_to_set(
    s3_settings: S3Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is asked of the service before."""
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    settings = s3_settings.model_copy(update={"max_attempts": 2})
    with pytest.raises(StoreUnavailable, match="set AWS_ACCESS_KEY_ID"):
        S3Store("bucket", "", settings).read("a")


@pytest.mark.parametrize("bucket", ["", "Bucket", "a", "a/b", "..", "user:key@host"])
def test_a_bucket_has_a_bucket_s_name(bucket: str) -> None:
    """A wrong setting is found before anything is asked of S3."""
    with pytest.raises(SettingsInvalid):
        S3Store(bucket)


def unfinished(store: S3Store) -> list[object]:
    client = boto3.session.Session().client("s3", endpoint_url=store.settings.endpoint_url)
    uploads = client.list_multipart_uploads(Bucket=store.bucket).get("Uploads", [])
    client.close()
    return list(uploads)
