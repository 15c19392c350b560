"""Every address finds its fetcher, or a reason why there is none."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest

from darkroom.errors import PhotoFailed
from darkroom.outcomes import Failure
from darkroom.settings import DownloadSettings, IntakeSettings, S3Settings
from darkroom.uris import ArchiveMember, file_uri, zip_uri
from resources.fetching.choice import Fetchers

if TYPE_CHECKING:
    from tests.resources.conftest import Site


def test_one_fetcher_serves_every_scheme(site: "Site", tmp_path: Path) -> None:
    """The same bytes come by web, from disk and out of a ZIP; also after it was closed."""
    photo = tmp_path / "a.jpg"
    photo.write_bytes(b"photo")
    with ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.write(photo, "a.jpg")
    uris = [
        file_uri(photo),
        zip_uri(ArchiveMember(tmp_path / "a.zip", "a.jpg")),
        site.says("/a.jpg", body=b"photo"),
        site.url("/a.jpg").replace("http", "HTTP"),
    ]
    downloads = DownloadSettings(allow_addresses=["127.0.0.1"])
    fetchers = Fetchers(downloads, S3Settings(), IntakeSettings())

    async def all_of_them() -> list[bytes]:
        fetched = await asyncio.gather(*(fetchers.fetch(uri, tmp_path) for uri in uris))
        await fetchers.close()
        return [one.path.read_bytes() for one in fetched]

    assert [asyncio.run(all_of_them()), asyncio.run(all_of_them())] == [[b"photo"] * 4] * 2


@pytest.mark.parametrize(
    ("uri", "error_type", "message"),
    [
        ("", "MissingUrl", "its manifest names no address"),
        (
            "ftp://me:secret@host/a.jpg",
            "UnsupportedScheme",
            "ftp://***@host/a.jpg is of no scheme that is known: file, zip, http, https, s3",
        ),
        (
            "a.jpg",
            "UnsupportedScheme",
            "a.jpg is of no scheme that is known: file, zip, http, https, s3",
        ),
        (
            "refused:file:///etc/passwd",
            "LocalFileRefused",
            "a manifest from elsewhere may not name files of this machine: file:///etc/passwd",
        ),
    ],
)
def test_what_cannot_be_fetched_says_why(
    tmp_path: Path, uri: str, error_type: str, message: str
) -> None:
    """A row of a manifest that leads nowhere is a failure of that photo, for good."""
    fetchers = Fetchers(DownloadSettings(), S3Settings(), IntakeSettings())

    with pytest.raises(PhotoFailed) as caught:
        asyncio.run(fetchers.fetch(uri, tmp_path))

    assert caught.value.failure == Failure(
        error_type=error_type, message=message, attempts=1, retryable=False
    )
