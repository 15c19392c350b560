"""Photos behind web addresses, from a real server on loopback."""

import asyncio
import gzip
import socket
import threading
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from darkroom.errors import PhotoFailed
from darkroom.outcomes import Failure
from darkroom.ports import Fetched
from darkroom.settings import DownloadSettings
from resources.fetching.http import HttpFetcher

if TYPE_CHECKING:
    from tests.resources.conftest import Site

BODY = bytes(range(256)) * 40
QUICK = DownloadSettings(
    max_retries=2, retry_wait_s=0.001, max_retry_wait_s=0.002, allow_addresses=["127.0.0.1"]
)


async def _fetch(url: str, scratch: Path, **settings: Any) -> Fetched:  # noqa: ANN401 - settings of any type
    fetcher = HttpFetcher(QUICK.model_copy(update=settings))
    try:
        return await fetcher.fetch(url, scratch)
    finally:
        await fetcher.close()


def _failure(url: str, scratch: Path, **settings: Any) -> Failure:  # noqa: ANN401 - settings of any type
    """How fetching fails; also that it leaves nothing behind."""
    with pytest.raises(PhotoFailed) as caught:
        asyncio.run(_fetch(url, scratch, **settings))
    assert list(scratch.iterdir()) == []
    return caught.value.failure


def test_a_body_arrives_whole(site: "Site", tmp_path: Path) -> None:
    """The file holds exactly the bytes that the server sent, and nothing else lies beside it."""
    fetched = asyncio.run(_fetch(site.says("/a.jpg", body=BODY), tmp_path))

    assert fetched == Fetched(
        path=fetched.path, bytes=len(BODY), attempts=1, sha256=sha256(BODY).hexdigest()
    )
    assert fetched.path.read_bytes() == BODY
    assert list(tmp_path.iterdir()) == [fetched.path]


def test_a_body_without_a_length_arrives_whole(site: "Site", tmp_path: Path) -> None:
    """Chunked bodies say nothing of their length beforehand."""
    fetched = asyncio.run(_fetch(site.says("/a", body=BODY, chunked=True), tmp_path))

    assert fetched.path.read_bytes() == BODY


@pytest.mark.parametrize(
    ("status", "error_type"),
    [
        (400, "HttpError"),
        (401, "AccessDenied"),
        (403, "AccessDenied"),
        (404, "NotFound"),
        (410, "NotFound"),
        (304, "HttpError"),
    ],
)
def test_a_final_answer_is_asked_for_once(
    site: "Site", tmp_path: Path, status: int, error_type: str
) -> None:
    """An answer that will be the same tomorrow is not asked for again."""
    url = site.says("/a.jpg", status)
    reason = {400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 304: "Not Modified"}
    reason |= {404: "Not Found", 410: "Gone"}

    assert _failure(url, tmp_path) == Failure(
        error_type=error_type,
        message=f"{url} answered {status} {reason[status]}",
        attempts=1,
        retryable=False,
    )
    assert site.asked == ["/a.jpg"]


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_a_passing_trouble_is_outlived(site: "Site", tmp_path: Path, status: int) -> None:
    """After an answer that may pass, the next attempt counts."""
    site.says("/a.jpg", status)
    url = site.says("/a.jpg", body=BODY)

    fetched = asyncio.run(_fetch(url, tmp_path))

    assert (fetched.bytes, fetched.attempts) == (len(BODY), 2)


def test_a_lasting_trouble_ends_after_the_retries(site: "Site", tmp_path: Path) -> None:
    """One attempt and `max_retries` more; the failure says how many and that it may pass."""
    url = site.says("/a.jpg", 503)

    assert _failure(url, tmp_path) == Failure(
        error_type="ServerError",
        message=f"{url} answered 503 Service Unavailable",
        attempts=3,
        retryable=True,
    )
    assert len(site.asked) == 3


def test_retry_after_is_kept_to(site: "Site", tmp_path: Path) -> None:
    """A server that asks for no wait is asked at once, whatever our own back-off is."""
    site.says("/a.jpg", 429, headers={"Retry-After": "0"})
    url = site.says("/a.jpg", body=BODY)

    fetched = asyncio.run(
        _fetch(url, tmp_path, retry_wait_s=3600.0, max_retry_wait_s=3600.0, total_timeout_s=5.0)
    )

    assert fetched.attempts == 2


def test_retry_after_does_not_bind_us_for_ever(site: "Site", tmp_path: Path) -> None:
    """A wish beyond `max_retry_wait_s` is cut to it."""
    site.says("/a.jpg", 503, headers={"Retry-After": "86400"})
    url = site.says("/a.jpg", body=BODY)

    assert asyncio.run(_fetch(url, tmp_path)).attempts == 2


def test_a_body_that_never_ends_meets_the_deadline(site: "Site", tmp_path: Path) -> None:
    """Half a body and then silence is a time-out, not a photo."""
    url = site.says("/a.jpg", body=BODY, hang=True)

    assert _failure(url, tmp_path, total_timeout_s=0.2, max_retries=0) == Failure(
        error_type="Timeout",
        message=f"{url} took longer than downloads.total_timeout_s",
        attempts=1,
        retryable=True,
    )


def test_silence_is_noticed_before_the_deadline(site: "Site", tmp_path: Path) -> None:
    """Nothing for `read_timeout_s` is enough."""
    url = site.says("/a.jpg", body=BODY, hang=True)

    assert _failure(url, tmp_path, read_timeout_s=0.1, max_retries=0) == Failure(
        error_type="Timeout",
        message=f"{url} sent nothing for downloads.read_timeout_s",
        attempts=1,
        retryable=True,
    )


def test_a_body_shorter_than_declared_is_cut(site: "Site", tmp_path: Path) -> None:
    """Fewer bytes than Content-Length says are no photo, and may be all there next time."""
    url = site.says("/a.jpg", body=BODY, length=len(BODY) + 1)

    assert _failure(url, tmp_path) == Failure(
        error_type="BodyCut",
        message=f"{url} broke off before the end of its body",
        attempts=3,
        retryable=True,
    )


@pytest.mark.parametrize("chunked", [False, True], ids=["declared", "undeclared"])
def test_a_body_that_is_too_large_is_not_taken(
    site: "Site", tmp_path: Path, *, chunked: bool
) -> None:
    """Whether or not its length is declared, it ends at the limit and is not asked for again."""
    url = site.says("/a.jpg", body=BODY, chunked=chunked)

    assert _failure(url, tmp_path, max_bytes=len(BODY) - 1) == Failure(
        error_type="BodyTooLarge",
        message=f"{url} is too large: more than the {len(BODY) - 1} bytes allowed",
        attempts=1,
        retryable=False,
    )
    assert site.asked == ["/a.jpg"]


def test_a_compressed_body_is_unpacked(site: "Site", tmp_path: Path) -> None:
    """A server that compresses unasked still delivers the photo."""
    url = site.says("/a.jpg", body=gzip.compress(BODY), headers={"Content-Encoding": "gzip"})

    assert asyncio.run(_fetch(url, tmp_path)).path.read_bytes() == BODY


def test_a_compressed_body_is_counted_unpacked(site: "Site", tmp_path: Path) -> None:
    """Few bytes that unpack to many end at the limit."""
    bomb = gzip.compress(bytes(20_000_000))
    url = site.says("/a.jpg", body=bomb, headers={"Content-Encoding": "gzip"})

    assert len(bomb) < 1_000_000
    assert _failure(url, tmp_path, max_bytes=1_000_000).error_type == "BodyTooLarge"


def test_redirects_are_followed(site: "Site", tmp_path: Path) -> None:
    """The photo is where the server says that it is now."""
    site.says("/new.jpg", body=BODY)
    url = site.says("/old.jpg", 302, headers={"Location": "/new.jpg"})

    assert asyncio.run(_fetch(url, tmp_path)).path.read_bytes() == BODY


def test_a_redirect_loop_ends(site: "Site", tmp_path: Path) -> None:
    """After `max_redirects`, for good."""
    url = site.says("/a.jpg", 302, headers={"Location": "/a.jpg"})

    assert _failure(url, tmp_path) == Failure(
        error_type="TooManyRedirects",
        message=f"{url} redirects too often",
        attempts=1,
        retryable=False,
    )


@pytest.mark.parametrize("redirects", [0, 1, 3])
def test_so_many_redirects_are_followed_and_no_more(
    site: "Site", tmp_path: Path, redirects: int
) -> None:
    """Also none at all."""
    for number in range(redirects):
        site.says(f"/{number}", 302, headers={"Location": f"/{number + 1}"})
    site.says(f"/{redirects}", body=BODY)
    over = site.says("/over", 302, headers={"Location": "/0"})

    fetched = asyncio.run(_fetch(site.url("/0"), tmp_path, max_redirects=redirects))
    fetched.path.unlink()

    assert fetched.bytes == len(BODY)
    assert _failure(over, tmp_path, max_redirects=redirects).error_type == "TooManyRedirects"


@pytest.mark.parametrize(
    ("location", "error_type"),
    [
        ("file:///etc/hostname", "RedirectRefused"),
        ("ftp://127.0.0.1/a.jpg", "RedirectRefused"),
        ("http://[", "RedirectRefused"),
        ("http://a..b/", "InvalidUrl"),
        ("http://127.0.0.1:99999/x.jpg", "InvalidUrl"),
        ("http://us%3Aer:pw@127.0.0.1/x.jpg", "InvalidUrl"),
    ],
)
def test_a_redirect_leads_only_to_web_addresses(
    site: "Site", tmp_path: Path, location: str, error_type: str
) -> None:
    """A server cannot send us to a file of this machine, or to nonsense."""
    url = site.says("/a.jpg", 302, headers={"Location": location})

    failure = _failure(url, tmp_path)

    assert (failure.error_type, failure.retryable) == (error_type, False)


@pytest.mark.parametrize(
    "url",
    [
        "http://",
        "http:///a.jpg",
        "http://[::1",
        "http://127.0.0.1:99999/",
        "http://127.0.0.1:port/",
        "http://a..b/",
        f"http://{'a' * 70}.example/",
        "http://\udc80/",
        "http://a\r\nHost: b/",
        "http://us%3Aer:pw@127.0.0.1:1/x.jpg",
    ],
)
def test_nonsense_is_no_web_address(tmp_path: Path, url: str) -> None:
    """Every text that a manifest may hold ends as a failure of that photo, tried once."""
    with pytest.raises(PhotoFailed) as caught:
        asyncio.run(_fetch(url, tmp_path))

    failure = caught.value.failure
    assert (failure.error_type, failure.attempts, failure.retryable) == ("InvalidUrl", 1, False)


def test_nobody_at_home_is_tried_again(tmp_path: Path) -> None:
    """A refused connection may be a server that restarts."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/a.jpg"

        failure = _failure(url, tmp_path)

    assert (failure.error_type, failure.attempts, failure.retryable) == (
        "ConnectionFailed",
        3,
        True,
    )


def test_what_is_not_http_is_a_failure(site: "Site", tmp_path: Path) -> None:
    """A port that speaks something else."""
    url = site.says("/a.jpg", raw=b"220 mail ready\r\n\r\n")

    assert _failure(url, tmp_path) == Failure(
        error_type="AnswerUnreadable",
        message=f"{url} gave an answer that is not HTTP",
        attempts=3,
        retryable=True,
    )


def test_messages_keep_secrets(site: "Site", tmp_path: Path) -> None:
    """Passwords and query values of an address do not stand in what we write down."""
    site.says("/a.jpg?token=s3cret&id=7", 404)
    url = f"http://me:pass@127.0.0.1:{site.port}/a.jpg?token=s3cret&id=7"

    assert _failure(url, tmp_path).message == (
        f"http://***@127.0.0.1:{site.port}/a.jpg?token=***&id=*** answered 404 Not Found"
    )


def test_a_password_that_cannot_be_sent_is_kept_secret(tmp_path: Path) -> None:
    """HTTP has no way to write a user name with a colon; the sentence does not repeat it."""
    assert _failure("http://us%3Aer:s3cret@127.0.0.1:1/a.jpg", tmp_path) == Failure(
        error_type="InvalidUrl",
        message="http://***@127.0.0.1:1/a.jpg is, or redirects to, what is no web address",
        attempts=1,
        retryable=False,
    )


def test_a_redirect_that_leads_nowhere_holds_up_no_other_photo(
    site: "Site", tmp_path: Path
) -> None:
    """The same fetcher goes on with the same host."""
    nowhere = site.says("/a.jpg", 302, headers={"Location": "http://127.0.0.1:99999/x.jpg"})
    url = site.says("/b.jpg", body=BODY)

    async def both() -> list[Fetched | BaseException]:
        fetcher = HttpFetcher(QUICK)
        try:
            return await asyncio.gather(
                *(fetcher.fetch(each, tmp_path) for each in (nowhere, url)), return_exceptions=True
            )
        finally:
            await fetcher.close()

    failed, fetched = asyncio.run(both())

    assert isinstance(failed, PhotoFailed)
    assert failed.failure == Failure(
        error_type="InvalidUrl",
        message=f"{nowhere} is, or redirects to, what is no web address",
        attempts=1,
        retryable=False,
    )
    assert isinstance(fetched, Fetched)
    assert fetched.bytes == len(BODY)


def test_a_mistake_of_our_own_is_no_bad_address(site: "Site", tmp_path: Path) -> None:
    """It is let out as it is, whatever its type."""

    def mistaken(_: str | None) -> bool:
        raise ValueError("ours")

    async def fetch() -> None:
        fetcher = HttpFetcher(QUICK)
        try:
            await fetcher.get(
                site.says("/a.jpg", body=BODY), tmp_path, max_bytes=len(BODY), unless=mistaken
            )
        finally:
            await fetcher.close()

    with pytest.raises(ValueError, match=r"^ours$"):
        asyncio.run(fetch())


def test_an_encoded_address_is_asked_for_as_it_is(site: "Site", tmp_path: Path) -> None:
    """A signature covers the address's very letters."""
    path = "/a%2Fb%20c.jpg?sig=x%2Fy%3D%7E&q=a+b"

    asyncio.run(_fetch(site.says(path, body=BODY), tmp_path))

    assert site.asked == [path]


def test_an_address_as_people_write_it_is_encoded(site: "Site", tmp_path: Path) -> None:
    """Spaces and letters beyond ASCII are allowed in a manifest."""
    site.says("/my%20k%C3%A4se.jpg", body=BODY)

    assert asyncio.run(_fetch(site.url("/my käse.jpg"), tmp_path)).bytes == len(BODY)


def test_one_host_is_asked_a_few_at_a_time(site: "Site", tmp_path: Path) -> None:
    """Never more than `max_per_host` requests are in flight, and never fewer while many wait."""
    meeting = threading.Barrier(3, timeout=20)
    urls = [site.says(f"/{n}.jpg", body=BODY, meet=meeting) for n in range(12)]

    async def all_of_them() -> None:
        fetcher = HttpFetcher(QUICK.model_copy(update={"max_per_host": 3}))
        # A new host proves itself first, with fewer.
        (await fetcher.fetch(site.says("/first.jpg", body=BODY), tmp_path)).path.unlink()
        await asyncio.gather(*(fetcher.fetch(url, tmp_path) for url in urls))
        await fetcher.close()

    asyncio.run(all_of_them())

    assert site.most_at_once == 3
    assert len(list(tmp_path.iterdir())) == 12


def test_a_closed_fetcher_can_be_used_again(site: "Site", tmp_path: Path) -> None:
    """One fetcher serves one loop after another."""
    fetcher = HttpFetcher(QUICK)
    url = site.says("/a.jpg", body=BODY)

    async def once() -> int:
        fetched = await fetcher.fetch(url, tmp_path)
        await fetcher.close()
        return fetched.bytes

    assert [asyncio.run(once()), asyncio.run(once())] == [len(BODY), len(BODY)]
