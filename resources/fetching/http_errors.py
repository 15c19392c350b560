"""What a server, or the way to it, says: as one failure of a photo."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from http import HTTPStatus

import aiohttp

from darkroom.errors import PhotoFailed
from darkroom.ports import TOO_LARGE
from darkroom.uris import shown
from resources.fetching.connector import AddressRefused
from resources.fetching.part_file import BodyTooLarge
from resources.fetching.retries import TryAgainLater, retry_after_s

_MAY_PASS = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS}
_STRAIN = {
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.BAD_GATEWAY,
    HTTPStatus.SERVICE_UNAVAILABLE,
    HTTPStatus.GATEWAY_TIMEOUT,
}
_STRAIN_TYPES = {"Timeout", "ConnectionFailed"}
_STATUS_TYPES: dict[int, str] = {
    HTTPStatus.UNAUTHORIZED: "AccessDenied",
    HTTPStatus.FORBIDDEN: "AccessDenied",
    HTTPStatus.NOT_FOUND: "NotFound",
    HTTPStatus.GONE: "NotFound",
    HTTPStatus.REQUEST_TIMEOUT: "Timeout",
    HTTPStatus.TOO_MANY_REQUESTS: "TooManyRequests",
}


class AddressInvalid(Exception):
    """A port or a user name that cannot be, here or where a redirect leads."""


_TROUBLES: list[tuple[type[Exception], str, str, bool]] = [
    # The first that fits: aiohttp's errors are several things at once.
    (
        AddressRefused,
        "AddressRefused",
        "leads to {}, which is no public address; downloads.allow_addresses can allow it",
        False,
    ),
    (BodyTooLarge, TOO_LARGE, "is too large: {}", False),
    (aiohttp.TooManyRedirects, "TooManyRedirects", "redirects too often", False),
    (aiohttp.RedirectClientError, "RedirectRefused", "redirects to what is no web address", False),
    (aiohttp.InvalidURL, "InvalidUrl", "is not a web address", False),
    (AddressInvalid, "InvalidUrl", "is, or redirects to, what is no web address", False),
    # The resolver encodes names by itself and lets this out for labels that are empty or too long.
    (UnicodeError, "InvalidUrl", "names a host that cannot be", False),
    (aiohttp.ClientSSLError, "CertificateInvalid", "cannot be trusted: {}", False),
    (
        aiohttp.ConnectionTimeoutError,
        "Timeout",
        "took no connection within downloads.connect_timeout_s",
        True,
    ),
    (aiohttp.SocketTimeoutError, "Timeout", "sent nothing for downloads.read_timeout_s", True),
    (TimeoutError, "Timeout", "took longer than downloads.total_timeout_s", True),
    (aiohttp.ClientPayloadError, "BodyCut", "broke off before the end of its body", True),
    (aiohttp.ClientResponseError, "AnswerUnreadable", "gave an answer that is not HTTP", True),
    (aiohttp.ClientConnectionError, "ConnectionFailed", "could not be reached: {}", True),
]


def check_status(response: aiohttp.ClientResponse, uri: str, attempt: int, now: datetime) -> None:
    """Raises `PhotoFailed` unless the answer carries the body that was asked for."""
    status = response.status
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return
    server_error = status >= HTTPStatus.INTERNAL_SERVER_ERROR
    error_type = _STATUS_TYPES.get(status, "ServerError" if server_error else "HttpError")
    message = f"{shown(uri)} answered {status} {response.reason or ''}".rstrip()
    retryable = server_error or status in _MAY_PASS
    if not retryable:
        raise PhotoFailed(error_type, message, attempts=attempt, retryable=False)
    raise TryAgainLater(
        error_type,
        message,
        attempts=attempt,
        wait_s=retry_after_s(response.headers.get("Retry-After"), now),
        strain=status in _STRAIN,
    )


@contextmanager
def address_judged() -> Iterator[None]:
    """For asking alone: a ValueError of what is done with the answer is our mistake."""
    try:
        yield
    except (UnicodeError, aiohttp.InvalidURL):  # ValueErrors too, and have rows of their own
        raise
    except ValueError as error:
        # aiohttp lets some of yarl's, and its own about user names, out as they are.
        raise AddressInvalid from error


@contextmanager
def reported(uri: str, attempt: int) -> Iterator[None]:
    """Turns what aiohttp raises into `PhotoFailed`."""
    try:
        yield
    except tuple(trouble for trouble, *_ in _TROUBLES) as error:
        _, error_type, sentence, retryable = next(
            row for row in _TROUBLES if isinstance(error, row[0])
        )
        message = f"{shown(uri)} {sentence.format(error)}"
        if not retryable:
            raise PhotoFailed(error_type, message, attempts=attempt, retryable=False) from error
        strain = error_type in _STRAIN_TYPES
        raise TryAgainLater(error_type, message, attempts=attempt, strain=strain) from error
