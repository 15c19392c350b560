"""Photos in S3 buckets."""

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http import HTTPStatus
from pathlib import Path

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    HTTPClientError,
    IncompleteReadError,
    NoCredentialsError,
    ParamValidationError,
    PartialCredentialsError,
    ReadTimeoutError,
    ResponseStreamingError,
)

from darkroom.errors import PhotoFailed
from darkroom.ports import Fetched
from darkroom.settings import DownloadSettings, S3Settings
from darkroom.uris import S3Address, parse_s3_uri
from resources.fetching.part_file import BodyTooLarge, PartFile
from resources.fetching.retries import with_retries
from resources.fetching.threads import Threads
from resources.s3_clients import s3_client

_PIECE = 1 << 18
_STATUS_TYPES: dict[int, tuple[str, bool]] = {
    HTTPStatus.BAD_REQUEST: ("HttpError", False),
    HTTPStatus.UNAUTHORIZED: ("AccessDenied", False),
    HTTPStatus.FORBIDDEN: ("AccessDenied", False),
    HTTPStatus.NOT_FOUND: ("NotFound", False),
    HTTPStatus.TOO_MANY_REQUESTS: ("TooManyRequests", True),
}
_TROUBLES: list[tuple[type[Exception], str, str, bool]] = [
    (BodyTooLarge, "BodyTooLarge", "is too large: {}", False),
    (NoCredentialsError, "AccessDenied", "needs keys that boto3 does not find", False),
    (PartialCredentialsError, "AccessDenied", "needs keys, of which boto3 finds a part", False),
    (ParamValidationError, "InvalidUrl", "is not an address in S3", False),
    (IncompleteReadError, "BodyCut", "broke off before the end of its body", True),
    (ResponseStreamingError, "BodyCut", "broke off before the end of its body", True),
    (ReadTimeoutError, "Timeout", "sent nothing for downloads.read_timeout_s", True),
    (ConnectTimeoutError, "Timeout", "took no connection in downloads.connect_timeout_s", True),
    (TimeoutError, "Timeout", "took longer than downloads.total_timeout_s", True),
    (HTTPClientError, "ConnectionFailed", "could not be reached", True),
    (BotoCoreError, "S3Error", "could not be asked for: {}", False),
]


class S3Fetcher:
    """Streams objects to files. Attempts are counted here, so boto3 makes one at a time."""

    def __init__(self, settings: DownloadSettings, s3: S3Settings, threads: Threads) -> None:
        self._settings = settings
        self._s3 = s3.model_copy(update={"max_attempts": 1})
        self._threads = threads

    async def fetch(self, uri: str, scratch: Path) -> Fetched:
        """A new file in `scratch`. Raises `PhotoFailed` after the last attempt."""
        return await self.get(uri, scratch, max_bytes=self._settings.max_bytes)

    async def get(self, uri: str, scratch: Path, *, max_bytes: int) -> Fetched:
        try:
            address = parse_s3_uri(uri)
        except ValueError as error:
            raise PhotoFailed("InvalidUrl", f"{uri} is {error}", retryable=False) from error

        async def attempt(number: int) -> Fetched:
            with _reported(uri, number):
                return await self._threads.run(self._once, address, scratch, max_bytes, number)

        return await with_retries(attempt, self._settings)

    def _once(self, address: S3Address, scratch: Path, max_bytes: int, number: int) -> Fetched:
        deadline = time.monotonic() + self._settings.total_timeout_s
        client = s3_client(
            self._s3,
            connect_timeout_s=self._settings.connect_timeout_s,
            read_timeout_s=self._settings.read_timeout_s,
        )
        answer = client.get_object(Bucket=address.bucket, Key=address.key)
        with closing(answer["Body"]) as body, PartFile(scratch, max_bytes) as part:
            if answer["ContentLength"] > max_bytes:
                raise BodyTooLarge(max_bytes)
            for piece in body.iter_chunks(_PIECE):
                part.write(piece)
                if time.monotonic() > deadline:
                    raise TimeoutError
            return Fetched(part.keep(), part.bytes, number)


@contextmanager
def _reported(uri: str, attempt: int) -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
        code = error.response.get("Error", {}).get("Code", "no reason")
        server_error = status >= HTTPStatus.INTERNAL_SERVER_ERROR
        error_type, retryable = _STATUS_TYPES.get(
            status, ("ServerError" if server_error else "HttpError", server_error)
        )
        raise PhotoFailed(
            error_type, f"{uri} answered {status} {code}", attempts=attempt, retryable=retryable
        ) from error
    except tuple(trouble for trouble, *_ in _TROUBLES) as error:
        _, error_type, sentence, retryable = next(
            row for row in _TROUBLES if isinstance(error, row[0])
        )
        message = f"{uri} {sentence.format(error)}"
        raise PhotoFailed(error_type, message, attempts=attempt, retryable=retryable) from error
