"""Clients of an S3 service, one per process and settings."""

import os
from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError

from darkroom.errors import SettingsInvalid
from darkroom.settings import S3Settings

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

_CONNECTIONS = 32
_MAKING = Lock()
# Buckets of other services rarely have host names of their own, and many refuse the checksum
# trailers that AWS has come to expect.
_ANOTHER_SERVICE: dict[str, Any] = {
    "s3": {"addressing_style": "path"},
    "request_checksum_calculation": "when_required",
    "response_checksum_validation": "when_required",
}
_NO_ADDRESS = (
    "s3.endpoint_url, or AWS_ENDPOINT_URL where that is unset, is no web address;"
    " give one such as http://127.0.0.1:9000"
)


def s3_client(
    settings: S3Settings, *, connect_timeout_s: float = 10, read_timeout_s: float = 60
) -> "S3Client":
    """Safe in threads, but not across a fork: each process has its own.

    Connects to nothing yet. Raises `SettingsInvalid` for an address that no service can have.
    """
    with _MAKING:  # threads that start together wait for one client, not each for its own
        try:
            return _client(settings, connect_timeout_s, read_timeout_s, os.getpid())
        except BotoCoreError:  # some, as about a region, are ValueErrors, too
            raise
        except ValueError:
            # Not even as the cause: botocore's own words repeat the address with its password.
            raise SettingsInvalid(_NO_ADDRESS) from None


@lru_cache(maxsize=16)
def _client(
    settings: S3Settings,
    connect_timeout_s: float,
    read_timeout_s: float,
    process_id: int,  # noqa: ARG001 - part of the key
) -> "S3Client":
    # A session of its own, because boto3's default session is not safe in threads.
    return boto3.session.Session().client(
        "s3",
        endpoint_url=settings.endpoint_url,
        region_name=settings.region,
        config=Config(
            retries={"mode": "standard", "total_max_attempts": settings.max_attempts},
            connect_timeout=connect_timeout_s,
            read_timeout=read_timeout_s,
            max_pool_connections=_CONNECTIONS,
            **(_ANOTHER_SERVICE if settings.endpoint_url else {}),
        ),
    )
