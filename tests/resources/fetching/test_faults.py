"""Whatever a server does ends as one photo's outcome, in time, with nothing left behind."""

import asyncio
import errno
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from darkroom.errors import PhotoFailed
from darkroom.outcomes import Failure
from darkroom.settings import DownloadSettings, IntakeSettings, S3Settings
from resources.fetching.choice import Fetchers
from tests.fault_server import FAULTS, PAGE

if TYPE_CHECKING:
    from tests.fault_server import FaultServer

MAX_BYTES = 1_000_000
ATTEMPTS = 3
RESET = f"[Errno {errno.ECONNRESET}] {os.strerror(errno.ECONNRESET)}"
TOTAL = {"total_timeout_s": 0.4}
READ = {"read_timeout_s": 0.2}


@dataclass(frozen=True)
class Fails:
    """How a fetch ends, and how often the server was asked for it."""

    error_type: str
    sentence: str
    """What follows the address."""
    retryable: bool
    asked: int | None = None
    """As often as there were attempts, unless it says so."""


def _fails(error_type: str, sentence: str, asked: int | None = None) -> Fails:
    return Fails(error_type, sentence, retryable=True, asked=asked)


def _final(error_type: str, sentence: str, asked: int | None = None) -> Fails:
    return Fails(error_type, sentence, retryable=False, asked=asked)


def _refused(host: str) -> Fails:
    return _final(
        "AddressRefused",
        f"leads to {host}, which is no public address; downloads.allow_addresses can allow it",
    )


CUT = _fails("BodyCut", "broke off before the end of its body")
NO_HTTP = _fails("AnswerUnreadable", "gave an answer that is not HTTP")
TOO_LONG = _fails("Timeout", "took longer than downloads.total_timeout_s")
SILENT = _fails("Timeout", "sent nothing for downloads.read_timeout_s")
TOO_LARGE = _final("BodyTooLarge", f"is too large: more than the {MAX_BYTES} bytes allowed")

FAILING: dict[str, Fails] = {
    "500": _fails("ServerError", "answered 500 Internal Server Error"),
    "503": _fails("ServerError", "answered 503 Service Unavailable"),
    "truncated": CUT,
    "reset-midway": CUT,
    "packed-badly": CUT,
    "drip": TOO_LONG,
    "dripping-header": TOO_LONG,
    "early-hints": TOO_LONG,
    "silent": SILENT,
    "silent-midway": SILENT,
    # The library asks a second time by itself when a connection ends without a word: it may have
    # been an old one that the server had closed meanwhile.
    "hang-up": _fails("ConnectionFailed", "could not be reached: Server disconnected", asked=6),
    "reset": _fails("ConnectionFailed", f"could not be reached: {RESET}", asked=6),
    "not-http": NO_HTTP,
    "flood-of-headers": NO_HTTP,
    "huge-header": NO_HTTP,
    "two-lengths": NO_HTTP,
    "negative-length": NO_HTTP,
    "nonsense-chunk": NO_HTTP,
    "length-too-small": NO_HTTP,
    "unpackable": NO_HTTP,
    "401": _final("AccessDenied", "answered 401 Unauthorized"),
    "403": _final("AccessDenied", "answered 403 Forbidden"),
    "404": _final("NotFound", "answered 404 Not Found"),
    "410": _final("NotFound", "answered 410 Gone"),
    "redirect-loop": _final("TooManyRedirects", "redirects too often", asked=6),
    "redirect-ping": _final("TooManyRedirects", "redirects too often", asked=3),
    "redirect-pong": _final("TooManyRedirects", "redirects too often", asked=3),
    "redirect-to-loopback": _refused("127.0.0.1"),
    "redirect-to-metadata": _refused("169.254.169.254"),
    "redirect-to-mapped": _refused("::ffff:169.254.169.254"),
    "redirect-to-file": _final("RedirectRefused", "redirects to what is no web address"),
    "declared-huge": TOO_LARGE,
    "flood": TOO_LARGE,
    "gzip-bomb": TOO_LARGE,
}
DEADLINES = {TOO_LONG: TOTAL, SILENT: READ}

ARRIVING = {
    "sound": 1,
    "redirected-once": 1,
    "429-seconds": 3,
    "429-date": 3,
    "503-burst": 3,
    "408-burst": 3,
    "425-burst": 3,
    "page": 1,
    "empty": 1,
}
"""With the number of attempts."""


def _outcome(server: "FaultServer", fault: str, scratch: Path, **deadlines: float) -> Any:  # noqa: ANN401 - bytes and attempts, or a failure
    settings = DownloadSettings(
        max_retries=ATTEMPTS - 1,
        retry_wait_s=0.001,
        max_retry_wait_s=0.002,
        max_bytes=MAX_BYTES,
        allow_addresses=[server.authority],
    ).model_copy(update=deadlines)

    async def fetch() -> tuple[bytes, int] | Failure:
        fetchers = Fetchers(settings, S3Settings(), IntakeSettings())
        try:
            fetched = await fetchers.fetch(server.url(fault), scratch)
        except PhotoFailed as error:
            return error.failure
        finally:
            await fetchers.close()
        body = fetched.path.read_bytes()
        fetched.path.unlink()
        return body, fetched.attempts

    outcome = asyncio.run(fetch())
    assert list(scratch.iterdir()) == []
    return outcome


def test_every_fault_is_spoken_of_here() -> None:
    """A new one needs an expectation."""
    assert FAILING.keys() | ARRIVING.keys() == FAULTS.keys()


@pytest.mark.parametrize("fault", FAILING)
def test_a_fault_fails_its_photo(fault_server: "FaultServer", tmp_path: Path, fault: str) -> None:
    """With its type and one sentence; asked again as often as it may help, and no more."""
    expected = FAILING[fault]
    attempts = ATTEMPTS if expected.retryable else 1

    assert _outcome(fault_server, fault, tmp_path, **DEADLINES.get(expected, {})) == Failure(
        error_type=expected.error_type,
        message=f"{fault_server.url(fault)} {expected.sentence}",
        attempts=attempts,
        retryable=expected.retryable,
    )
    assert fault_server.asked[fault] == (expected.asked or attempts)


@pytest.mark.parametrize("fault", ARRIVING)
def test_what_passes_arrives_whole(fault_server: "FaultServer", tmp_path: Path, fault: str) -> None:
    """After as many attempts as it took; what it is, is for others to judge."""
    bodies = {"page": PAGE, "empty": b""}

    body, attempts = _outcome(fault_server, fault, tmp_path)

    assert (body, attempts) == (bodies.get(fault, fault_server.photo), ARRIVING[fault])
