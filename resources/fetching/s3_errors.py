"""What an S3 service, or the way to it, says: as one failure of a photo."""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    HTTPClientError,
    IncompleteReadError,
    NoCredentialsError,
    ParamValidationError,
    PartialCredentialsError,
    ProxyConnectionError,
    ReadTimeoutError,
    ResponseStreamingError,
    SSLError,
)

from darkroom.errors import PhotoFailed
from darkroom.ports import TOO_LARGE
from resources.fetching.part_file import BodyTooLarge
from resources.fetching.retries import TryAgainLater
from resources.stores.s3_errors import without_user

_STRAIN = {"TooManyRequests", "ServerError", "Timeout", "ConnectionFailed"}
_STATUS_TYPES: dict[int, tuple[str, bool]] = {
    HTTPStatus.BAD_REQUEST: ("HttpError", False),
    HTTPStatus.UNAUTHORIZED: ("AccessDenied", False),
    HTTPStatus.FORBIDDEN: ("AccessDenied", False),
    HTTPStatus.NOT_FOUND: ("NotFound", False),
    HTTPStatus.TOO_MANY_REQUESTS: ("TooManyRequests", True),
}
_TROUBLES: list[tuple[type[Exception], str, str, bool]] = [
    (BodyTooLarge, TOO_LARGE, "is too large: {}", False),
    (NoCredentialsError, "AccessDenied", "needs keys that boto3 does not find", False),
    (PartialCredentialsError, "AccessDenied", "needs keys, of which boto3 finds a part", False),
    (ParamValidationError, "InvalidUrl", "is not an address in S3", False),
    (IncompleteReadError, "BodyCut", "broke off before the end of its body", True),
    (ResponseStreamingError, "BodyCut", "broke off before the end of its body", True),
    (ReadTimeoutError, "Timeout", "sent nothing for downloads.read_timeout_s", True),
    (ConnectTimeoutError, "Timeout", "took no connection in downloads.connect_timeout_s", True),
    (TimeoutError, "Timeout", "took longer than downloads.total_timeout_s", True),
    (SSLError, "CertificateInvalid", "cannot be trusted: {}", False),
    (HTTPClientError, "ConnectionFailed", "could not be reached", True),
    # No HTTPClientErrors: these never came as far as speaking HTTP.
    (EndpointConnectionError, "ConnectionFailed", "could not be reached", True),
    (ProxyConnectionError, "ConnectionFailed", "could not be reached", True),
    (BotoCoreError, "S3Error", "could not be asked for: {}", False),
]


@contextmanager
def reported(uri: str, attempt: int) -> Iterator[None]:
    """Turns what boto3 raises into `PhotoFailed`."""
    try:
        yield
    except ClientError as error:
        status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
        code = error.response.get("Error", {}).get("Code", "no reason")
        server_error = status >= HTTPStatus.INTERNAL_SERVER_ERROR
        error_type, retryable = _STATUS_TYPES.get(
            status, ("ServerError" if server_error else "HttpError", server_error)
        )
        message = f"{uri} answered {status} {code}"
        raise _failed(error_type, message, attempt, retryable=retryable) from error
    except tuple(trouble for trouble, *_ in _TROUBLES) as error:
        _, error_type, sentence, retryable = next(
            row for row in _TROUBLES if isinstance(error, row[0])
        )
        message = f"{uri} {sentence.format(without_user(str(error)))}"
        raise _failed(error_type, message, attempt, retryable=retryable) from error


def _failed(error_type: str, message: str, attempt: int, *, retryable: bool) -> PhotoFailed:
    if not retryable:
        return PhotoFailed(error_type, message, attempts=attempt, retryable=False)
    return TryAgainLater(error_type, message, attempts=attempt, strain=error_type in _STRAIN)
