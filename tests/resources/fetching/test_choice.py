"""Every address finds its fetcher, or a reason why there is none."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest
from pydantic import ValidationError

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


def _failure(uri: str, scratch: Path, *roots: str) -> Failure:
    fetchers = Fetchers(DownloadSettings(), S3Settings(), IntakeSettings(allow_roots=list(roots)))
    with pytest.raises(PhotoFailed) as caught:
        asyncio.run(fetchers.fetch(uri, scratch))
    return caught.value.failure


def test_a_photo_outside_of_its_source_waits_for_the_operator(tmp_path: Path) -> None:
    """It fails with what would allow it; once that is set, it is fetched."""
    photo = tmp_path / "data" / "a.jpg"
    photo.parent.mkdir()
    photo.write_bytes(b"photo")
    uri = file_uri(photo)
    allowed = Fetchers(
        DownloadSettings(), S3Settings(), IntakeSettings(allow_roots=[str(photo.parent)])
    )

    assert _failure(f"outside:{uri}", tmp_path, "s3://bucket", "/elsewhere") == Failure(
        error_type="OutsideRoots",
        message=f"{uri} lies outside of what was imported; intake.allow_roots can allow it",
        attempts=1,
        retryable=False,
    )
    assert asyncio.run(allowed.fetch(f"outside:{uri}", tmp_path)).bytes == len(b"photo")


@pytest.mark.parametrize(
    ("uri", "error_type"),
    [
        ("outside:file:///data/../etc/passwd", "OutsideRoots"),
        ("outside:zip:///database/a.zip#a.jpg", "OutsideRoots"),
        ("outside:s3://bucket/in/../a.jpg", "OutsideRoots"),
        ("outside:s3://bucket2/in/a.jpg", "OutsideRoots"),
        ("outside:http://127.0.0.1/a.jpg", "InvalidUrl"),
        ("outside:outside:file:///data/a.jpg", "InvalidUrl"),
    ],
)
def test_no_spelling_leads_around_the_roots(tmp_path: Path, uri: str, error_type: str) -> None:
    """Neither dots nor a name that merely starts like a root, nor another scheme."""
    failure = _failure(uri, tmp_path, "/data", "s3://bucket/in")

    assert (failure.error_type, failure.retryable) == (error_type, False)


@pytest.mark.parametrize("root", ["photos", "", "../photos", "s3:///in", "http://a.example/in"])
def test_a_root_is_an_absolute_place(root: str) -> None:
    """What depends on where one stands would allow something else tomorrow."""
    with pytest.raises(ValidationError, match="allow_roots\n"):
        IntakeSettings(allow_roots=[root])
