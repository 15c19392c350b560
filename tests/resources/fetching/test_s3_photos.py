"""Photos in buckets, from a real S3 service on loopback."""

import asyncio
import socket
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
import pytest

from darkroom.errors import PhotoFailed
from darkroom.outcomes import Failure
from darkroom.ports import Fetched
from darkroom.settings import DownloadSettings, S3Settings
from resources.fetching.s3 import S3Fetcher
from resources.fetching.threads import Threads

if TYPE_CHECKING:
    from tests.resources.conftest import Site

BODY = bytes(range(256)) * 4000
QUICK = DownloadSettings(
    max_retries=2, retry_wait_s=0.001, max_retry_wait_s=0.002, max_bytes=len(BODY) + 1
)
UNREACHED = Failure(
    error_type="ConnectionFailed",
    message="s3://bucket/a.jpg could not be reached",
    attempts=3,
    retryable=True,
)


def _fetch(uri: str, scratch: Path, s3: S3Settings) -> Fetched:
    async def once() -> Fetched:
        threads = Threads(1)
        try:
            return await S3Fetcher(QUICK, s3, threads).fetch(uri, scratch)
        finally:
            await threads.close()

    return asyncio.run(once())


def _failure(uri: str, scratch: Path, s3: S3Settings) -> Failure:
    with pytest.raises(PhotoFailed) as caught:
        _fetch(uri, scratch, s3)
    assert list(scratch.iterdir()) == []
    return caught.value.failure


def _put(s3: S3Settings, bucket: str, key: str, body: bytes) -> str:
    client = boto3.session.Session().client("s3", endpoint_url=s3.endpoint_url)
    client.put_object(Bucket=bucket, Key=key, Body=body)
    client.close()
    return f"s3://{bucket}/{key}"


def test_an_object_arrives_whole(tmp_path: Path, s3_settings: S3Settings, s3_bucket: str) -> None:
    """Keys are taken as they are, whatever letters they have."""
    uri = _put(s3_settings, s3_bucket, "2024/käse #1?%20.jpg", BODY)

    fetched = _fetch(uri, tmp_path, s3_settings)

    assert fetched == Fetched(
        path=fetched.path, bytes=len(BODY), attempts=1, sha256=sha256(BODY).hexdigest()
    )
    assert fetched.path.read_bytes() == BODY


def test_what_is_gone_is_not_found(tmp_path: Path, s3_settings: S3Settings, s3_bucket: str) -> None:
    """Neither a key nor a bucket that is not there is asked for again."""
    no_key, no_bucket = f"s3://{s3_bucket}/a.jpg", "s3://nobody-has-this-one/a.jpg"

    assert [_failure(uri, tmp_path, s3_settings) for uri in (no_key, no_bucket)] == [
        Failure(
            error_type="NotFound",
            message=f"{uri} answered 404 {code}",
            attempts=1,
            retryable=False,
        )
        for uri, code in ((no_key, "NoSuchKey"), (no_bucket, "NoSuchBucket"))
    ]


def test_an_object_that_is_too_large_is_not_taken(
    tmp_path: Path, s3_settings: S3Settings, s3_bucket: str
) -> None:
    """The limit holds for buckets, too."""
    uri = _put(s3_settings, s3_bucket, "a.jpg", BODY + b"!!")

    assert _failure(uri, tmp_path, s3_settings) == Failure(
        error_type="BodyTooLarge",
        message=f"{uri} is too large: more than the {len(BODY) + 1} bytes allowed",
        attempts=1,
        retryable=False,
    )


@pytest.mark.parametrize("uri", ["s3://", "s3:///a.jpg", "s3://a/", "s3://No_Such_Bucket!/a.jpg"])
def test_nonsense_is_no_address_in_s3(tmp_path: Path, s3_settings: S3Settings, uri: str) -> None:
    """No bucket, no key, or a name that no bucket can have."""
    failure = _failure(uri, tmp_path, s3_settings)

    assert (failure.error_type, failure.retryable) == ("InvalidUrl", False)


def test_a_service_in_trouble_is_asked_again(
    site: "Site", tmp_path: Path, s3_settings: S3Settings
) -> None:
    """Attempts are counted, and boto3 does not multiply them."""
    del s3_settings  # its credentials are what is needed
    site.says("/bucket/a.jpg", 503)
    site.says("/bucket/a.jpg", body=BODY, length=len(BODY) + 1)
    site.says("/bucket/a.jpg", body=BODY)

    fetched = _fetch("s3://bucket/a.jpg", tmp_path, S3Settings(endpoint_url=site.url("")))

    assert (fetched.bytes, fetched.attempts) == (len(BODY), 3)
    assert site.asked == ["/bucket/a.jpg"] * 3


def test_an_object_without_a_length_arrives_whole(
    site: "Site", tmp_path: Path, s3_settings: S3Settings
) -> None:
    """Some gateways answer in chunks and say no length; the limit holds for them, too."""
    del s3_settings  # its credentials are what is needed
    site.says("/bucket/a.jpg", body=BODY, chunked=True)
    site.says("/bucket/b.jpg", body=BODY + b"!!", chunked=True)
    gateway = S3Settings(endpoint_url=site.url(""))

    fetched = _fetch("s3://bucket/a.jpg", tmp_path, gateway)

    assert fetched.path.read_bytes() == BODY
    fetched.path.unlink()
    assert _failure("s3://bucket/b.jpg", tmp_path, gateway).error_type == "BodyTooLarge"


@pytest.fixture
def nobody() -> Iterator[str]:
    """A port that nobody listens at."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"127.0.0.1:{taken.getsockname()[1]}"


@pytest.mark.usefixtures("s3_server")  # for its credentials
def test_a_service_that_is_away_is_tried_again(tmp_path: Path, nobody: str) -> None:
    """It may be one that restarts; the sentence holds neither its address nor its password."""
    away = S3Settings(endpoint_url=f"http://me:hunter2@{nobody}")

    assert _failure("s3://bucket/a.jpg", tmp_path, away) == UNREACHED


@pytest.mark.usefixtures("s3_server")  # for its credentials
def test_a_proxy_that_is_away_is_tried_again(
    tmp_path: Path, nobody: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the service itself is."""
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.setenv("http_proxy", f"http://me:hunter2@{nobody}")
    behind = S3Settings(endpoint_url="http://s3.example")

    assert _failure("s3://bucket/a.jpg", tmp_path, behind) == UNREACHED


@pytest.mark.usefixtures("s3_server")  # for its credentials
def test_a_service_without_a_certificate_is_not_trusted(site: "Site", tmp_path: Path) -> None:
    """It is tried once, and its password is not repeated."""
    plain = S3Settings(endpoint_url=f"https://me:hunter2@127.0.0.1:{site.port}")

    failure = _failure("s3://bucket/a.jpg", tmp_path, plain)

    assert failure == Failure(
        error_type="CertificateInvalid",
        message=failure.message,
        attempts=1,
        retryable=False,
    )
    assert failure.message.startswith(
        "s3://bucket/a.jpg cannot be trusted: SSL validation failed for"
        f" https://***@127.0.0.1:{site.port}/bucket/a.jpg "
    )
    assert "hunter2" not in failure.message


@pytest.mark.usefixtures("s3_server")  # for its credentials
@pytest.mark.parametrize("password", ["hunter2", "hun@ter2"])
def test_an_address_that_boto_refuses_is_shown_without_its_password(
    tmp_path: Path, password: str
) -> None:
    """Also one with an @ in it."""
    wrong = S3Settings(endpoint_url=f"http://me:{password}@127.0.0.1:99999")

    assert _failure("s3://bucket/a.jpg", tmp_path, wrong) == Failure(
        error_type="S3Error",
        message="s3://bucket/a.jpg could not be asked for:"
        " Custom endpoint `http://***@127.0.0.1:99999` was not a valid URI",
        attempts=1,
        retryable=False,
    )


def test_a_strained_bucket_is_asked_less(
    site: "Site", tmp_path: Path, s3_settings: S3Settings
) -> None:
    """As a host is, under its own name."""
    del s3_settings  # its credentials are what is needed
    site.says("/bucket/a.jpg", 503)
    site.says("/bucket/a.jpg", body=BODY)

    async def fetch() -> list[dict[str, int]]:
        threads = Threads(1)
        fetcher = S3Fetcher(QUICK, S3Settings(endpoint_url=site.url("")), threads)
        await fetcher.fetch("s3://bucket/a.jpg", tmp_path)
        limits = [fetcher.hosts.limits()]
        await fetcher.close()
        await threads.close()
        return [*limits, fetcher.hosts.limits()]

    assert asyncio.run(fetch()) == [{"s3://bucket": 1}, {}]
