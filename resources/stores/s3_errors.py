"""What S3 and botocore say, as one sentence of ours without secrets."""

import errno
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    EndpointConnectionError,
    HTTPClientError,
    NoCredentialsError,
    PartialCredentialsError,
)

from darkroom.errors import ObjectMissing, StoreUnavailable

_MISSING = {"404", "NoSuchKey", "NoSuchUpload", "NotFound"}
_REFUSED = {"403", "AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken"}
_FULL = {"XMinioStorageFull", "QuotaExceeded", "InsufficientStorage", "507"}
_USER_IN_URL = re.compile(r"//[^/?#\s]*@")


def code_of(error: ClientError) -> str:
    """S3's own name for what went wrong; a status number where an answer has no body."""
    return str(error.response.get("Error", {}).get("Code", "unknown"))


def is_missing(error: ClientError) -> bool:
    """Whether the service says that the object is not there."""
    return code_of(error) in _MISSING


@contextmanager
def reported(name: str, *, bucket: str, endpoint_url: str | None) -> Iterator[None]:
    """Turns errors about the object `name` into `ObjectMissing` or `StoreUnavailable`."""
    where = f"bucket {bucket}" + (f" at {without_user(endpoint_url)}" if endpoint_url else "")
    try:
        yield
    except ClientError as error:
        if is_missing(error):
            raise ObjectMissing(name) from error
        raise StoreUnavailable(_sentence(error, where)) from error
    except (NoCredentialsError, PartialCredentialsError) as error:
        raise StoreUnavailable(
            f"no credentials for {where}; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY,"
            " or a profile"
        ) from error
    # Not chained: botocore names the address, whose password would stand in Dagster's tracebacks.
    except (HTTPClientError, EndpointConnectionError) as error:
        raise StoreUnavailable(f"{where} does not answer ({type(error).__name__})") from None
    except BotoCoreError as error:
        raise StoreUnavailable(f"{where} cannot be used: {without_user(str(error))}") from None


@contextmanager
def scratch_reported(scratch: Path | None) -> Iterator[None]:
    """Turns trouble with the local folder for copies into `StoreUnavailable`."""
    try:
        yield
    except OSError as error:
        folder = scratch or "for temporary files"
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise StoreUnavailable(
                f"the disk of the folder {folder} is full; make room and try again"
            ) from error
        raise StoreUnavailable(
            f"the folder {folder} refuses a copy: {error.strerror or error}"
        ) from error


def without_user(url: str) -> str:
    """A URL, or text with one, without the name and password in it."""
    return _USER_IN_URL.sub("//***@", url)


def _sentence(error: ClientError, where: str) -> str:
    code = code_of(error)
    if code == "NoSuchBucket":
        return f"{where} does not exist; create it, or name another in the settings"
    if code in _REFUSED:
        return (
            f"{where} refuses these credentials ({code});"
            " they need to list the bucket, and to get, put and delete objects"
        )
    if code in _FULL:
        return f"{where} is full ({code}); make room and try again"
    return f"{where} answers {code}: {error.response.get('Error', {}).get('Message', '')}"
