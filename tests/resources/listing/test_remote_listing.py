"""Sources that are elsewhere, from real servers on loopback."""

import hashlib
import io
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZipFile

import boto3
import pytest

from darkroom.errors import SourceUnreadable
from darkroom.intake.sources.listing import Found, Listing
from darkroom.intake.sources.opening import open_source
from darkroom.settings import DownloadSettings, IntakeSettings, S3Settings
from resources.listing.remote import RemoteListing

if TYPE_CHECKING:
    from tests.resources.conftest import Site


def _open(
    source: str,
    kept: Path,
    s3: S3Settings | None = None,
    intake: IntakeSettings | None = None,
) -> Listing:
    intake = intake or IntakeSettings()
    downloads = DownloadSettings(
        max_retries=1, retry_wait_s=0.001, max_retry_wait_s=0.002, allow_addresses=["127.0.0.1"]
    )
    remote = RemoteListing(downloads, s3 or S3Settings(), intake)
    return open_source(source, settings=intake, kept=kept, remote=remote)


def _zip(*names: str) -> bytes:
    into = io.BytesIO()
    with ZipFile(into, "w") as archive:
        for name in names:
            archive.writestr(name, b"photo")
    return into.getvalue()


@pytest.mark.parametrize(
    ("path", "content_type"),
    [("/in/photos.csv", "application/octet-stream"), ("/feed", "text/csv; charset=utf-8")],
)
def test_a_manifest_is_fetched_once_and_read(
    site: "Site", tmp_path: Path, path: str, content_type: str
) -> None:
    """Told by its suffix, else by its type; nothing of it stays on this machine."""
    body = b"url,n\n1.jpg,7\nhttp://b.example/2.jpg,\n"
    url = site.says(path, body=body, headers={"Content-Type": content_type})
    first = site.url(f"{path.rpartition('/')[0]}/1.jpg")

    assert _open(url, tmp_path / "kept") == Listing(
        path.rpartition("/")[2].partition(".")[0],
        [
            Found(first, "1.jpg", first, '{"n": "7"}'),
            Found("http://b.example/2.jpg", "2.jpg", "http://b.example/2.jpg"),
        ],
    )
    assert site.asked == [path]
    assert list((tmp_path / "kept").iterdir()) == []


def test_a_manifest_is_known_by_its_content(site: "Site", tmp_path: Path) -> None:
    """When neither name nor type says what it is."""
    url = site.says("/feed", body=b'{"url": "/1.jpg"}\n')

    assert [photo.uri for photo in _open(url, tmp_path).found] == [site.url("/1.jpg")]


def test_an_archive_is_kept_by_its_content(site: "Site", tmp_path: Path) -> None:
    """Its photos are unpacked from there; the same archive elsewhere holds the same photos."""
    body = _zip("a.jpg", "b.jpg")
    kept = tmp_path / f"{hashlib.sha256(body).hexdigest()}.zip"

    first = _open(site.says("/a.zip", body=body), tmp_path)
    second = _open(site.says("/again?as=zip", body=body), tmp_path)

    assert [photo.uri for photo in first.found] == [
        f"zip://{kept}#a.jpg",
        f"zip://{kept}#b.jpg",
    ]
    assert second.found == first.found
    assert list(tmp_path.iterdir()) == [kept]
    assert kept.read_bytes() == body


def test_what_only_claims_to_be_an_archive_is_not_kept(site: "Site", tmp_path: Path) -> None:
    """The sentence is about the address that was named."""
    url = site.says("/a.zip", body=b"no such thing")

    with pytest.raises(SourceUnreadable, match=f"^{url}: is not a ZIP that can be read"):
        _open(url, tmp_path)

    assert list(tmp_path.iterdir()) == []


def test_a_photo_is_not_fetched_to_be_listed(site: "Site", tmp_path: Path) -> None:
    """A name that says photo needs no request; a type that says so, no body."""
    named = site.url("/1.jpg?size=full")
    typed = site.says("/photo", body=b"x", headers={"Content-Type": "image/jpeg"}, hang=True)

    assert _open(named, tmp_path).found == [Found(named, "1.jpg", named)]
    assert _open(typed, tmp_path).found == [Found(typed, "photo", typed)]
    assert site.asked == ["/photo"]


def test_a_source_that_is_not_there_is_unreadable(site: "Site", tmp_path: Path) -> None:
    """One sentence, without the secrets of its address; nothing is left behind."""
    url = site.url("/a.csv?token=s3cret")

    with pytest.raises(SourceUnreadable) as caught:
        _open(url, tmp_path)

    masked = site.url("/a.csv?token=***")
    assert str(caught.value) == f"{masked}: answered 404 Not Found"
    assert list(tmp_path.iterdir()) == []


def test_a_batch_is_not_named_after_a_password(site: "Site", tmp_path: Path) -> None:
    """An address without a path is named after its host."""
    site.says("/", body=b'{"url": "/1.jpg"}\n')
    url = f"http://me:s3cret@127.0.0.1:{site.port}"

    assert _open(url, tmp_path).name == f"127.0.0.1:{site.port}"


def test_a_source_in_trouble_is_asked_again(site: "Site", tmp_path: Path) -> None:
    """As photos are."""
    site.says("/a.txt", 503)
    url = site.says("/a.txt", body=b"1.jpg\n")

    assert len(_open(url, tmp_path)) == 1


def test_a_source_that_is_not_public_is_refused(site: "Site", tmp_path: Path) -> None:
    """As photos are, with what allows it; nothing is asked."""
    remote = RemoteListing(DownloadSettings(), S3Settings(), IntakeSettings())

    with pytest.raises(SourceUnreadable) as caught:
        open_source(
            site.says("/a.csv", body=b"url\n"),
            settings=IntakeSettings(),
            kept=tmp_path,
            remote=remote,
        )

    assert str(caught.value) == (
        f"{site.url('/a.csv')}: leads to 127.0.0.1, which is no public address;"
        " downloads.allow_addresses can allow it"
    )
    assert site.asked == []


def test_a_source_with_a_user_name_that_cannot_be_is_unreadable(tmp_path: Path) -> None:
    """One sentence, without the password."""
    with pytest.raises(SourceUnreadable) as caught:
        _open("http://us%3Aer:s3cret@127.0.0.1:1/a.zip", tmp_path)

    assert str(caught.value) == (
        "http://***@127.0.0.1:1/a.zip: is, or redirects to, what is no web address"
    )


def test_a_source_has_a_limit(site: "Site", tmp_path: Path) -> None:
    """An archive that is too large is refused while it arrives."""
    url = site.says("/a.zip", body=bytes(1001))

    with pytest.raises(SourceUnreadable, match="more than the 1000 bytes allowed"):
        _open(url, tmp_path, intake=IntakeSettings(max_archive_bytes=1000))


@pytest.fixture
def filled_bucket(s3_settings: S3Settings, s3_bucket: str) -> str:
    client = boto3.session.Session().client("s3", endpoint_url=s3_settings.endpoint_url)
    for key in ("in/b c.jpg", "in/a.jpg", "in/", "in/.DS_Store", "in/x/d.txt", "inner/e.jpg"):
        client.put_object(Bucket=s3_bucket, Key=key, Body=b"photo")
    client.put_object(Bucket=s3_bucket, Key="a.csv", Body=b"url\nb.jpg\nfile:///etc/passwd\n")
    client.put_object(Bucket=s3_bucket, Key="a.zip", Body=_zip("a.jpg"))
    client.close()
    return s3_bucket


@pytest.mark.parametrize("end", ["", "/"])
def test_a_prefix_is_a_folder(
    tmp_path: Path, s3_settings: S3Settings, filled_bucket: str, end: str
) -> None:
    """With or without its slash; names that merely start like it are not in it."""
    base = f"s3://{filled_bucket}/in"
    etag = hashlib.md5(b"photo", usedforsecurity=False).hexdigest()

    assert _open(f"{base}{end}", tmp_path, s3_settings) == Listing(
        "in",
        [
            Found(f"{base}/{key}", name, f"{base}/{key}|{etag}")
            for key, name in (("a.jpg", "a.jpg"), ("b c.jpg", "b c.jpg"), ("x/d.txt", "d.txt"))
        ],
    )


def test_one_key_is_one_photo(tmp_path: Path, s3_settings: S3Settings, filled_bucket: str) -> None:
    """A whole bucket, too, and what is not there is nothing."""
    counts = {
        key: len(_open(f"s3://{filled_bucket}/{key}", tmp_path, s3_settings))
        for key in ("in/a.jpg", "", "in/a", "nothing")
    }

    assert counts == {"in/a.jpg": 1, "": 6, "in/a": 0, "nothing": 0}


def test_archives_and_manifests_are_read_from_buckets(
    tmp_path: Path, s3_settings: S3Settings, filled_bucket: str
) -> None:
    """Relative addresses start from the manifest's own place; our files are not for it to name."""
    base = f"s3://{filled_bucket}"

    assert [photo.uri for photo in _open(f"{base}/a.csv", tmp_path, s3_settings).found] == [
        f"{base}/b.jpg",
        "refused:file:///etc/passwd",
    ]
    assert [photo.filename for photo in _open(f"{base}/a.zip", tmp_path, s3_settings).found] == [
        "a.jpg"
    ]


@pytest.mark.parametrize("source", ["s3://nobody-has-this-one/in", "s3:///in", "s3://No_Such!/x"])
def test_a_bucket_that_is_not_there_is_unreadable(
    tmp_path: Path, s3_settings: S3Settings, source: str
) -> None:
    """One sentence for whoever named it."""
    with pytest.raises(SourceUnreadable, match=f"^{source}/?: "):
        _open(source, tmp_path, s3_settings)
