"""Which store a setting means."""

from pathlib import Path

import pytest

from darkroom.errors import SettingsInvalid
from darkroom.settings import S3Settings
from resources.stores.choice import store_at
from resources.stores.folder import FolderStore
from resources.stores.s3 import S3Store

S3 = S3Settings(endpoint_url="http://127.0.0.1:1")
DEFAULT = Path("/home/of/darkroom/store")


@pytest.mark.parametrize(
    ("url", "store"),
    [
        (None, FolderStore(DEFAULT)),
        ("/photos/kept here", FolderStore(Path("/photos/kept here"))),
        ("file:///photos/kept%20here", FolderStore(Path("/photos/kept here"))),
        ("~/photos", FolderStore(Path.home() / "photos")),
        ("photos", FolderStore(Path.cwd() / "photos")),
        ("s3://bucket", S3Store("bucket", "", S3)),
        ("s3://bucket/", S3Store("bucket", "", S3)),
        ("s3://bucket/some/prefix/", S3Store("bucket", "some/prefix", S3)),
    ],
)
def test_the_url_decides(url: str | None, store: FolderStore | S3Store) -> None:
    """A folder by its path or file URL, a bucket by its s3 URL, the default when unset."""
    assert store_at(url, default=DEFAULT, s3=S3) == store


@pytest.mark.parametrize(
    "url",
    ["", " ", "gs://bucket", "file://elsewhere/photos", "s3://", "s3:///prefix", "s3://b/../c"],
)
def test_anything_else_is_refused(url: str) -> None:
    """Before anything is written anywhere."""
    with pytest.raises(SettingsInvalid):
        store_at(url, default=DEFAULT, s3=S3)
