"""A file becomes an S3 object only where there is none."""

import os
from contextlib import suppress
from typing import TYPE_CHECKING, BinaryIO

from botocore.exceptions import BotoCoreError, ClientError
from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_random_exponential

from resources.stores.s3_errors import code_of, is_missing

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client
    from mypy_boto3_s3.type_defs import CompletedPartTypeDef

MULTIPART_BYTES = 64 << 20
"""Files from this size on are sent in parts: a lost connection then costs one part."""
PART_BYTES = 16 << 20
MAX_PARTS = 10_000
CONFLICT_ATTEMPTS = 5


class NameTaken(Exception):
    """There is an object of this name already."""


def upload_unless_taken(client: "S3Client", bucket: str, key: str, source: BinaryIO) -> None:
    """Send the whole file. Raises `NameTaken`; lets `ClientError` and `BotoCoreError` through.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html: while another
    conditional write of the same key is under way, S3 may answer 409 and asks to be asked again.
    """
    size = os.fstat(source.fileno()).st_size
    send = _send_whole if size < MULTIPART_BYTES else _send_parts
    try:
        for attempt in Retrying(
            retry=retry_if_exception(_is_conflict),
            stop=stop_after_attempt(CONFLICT_ATTEMPTS),
            wait=wait_random_exponential(0.2, max=5),
            reraise=True,
        ):
            with attempt:
                source.seek(0)
                send(client, bucket, key, source, size)
    except ClientError as error:
        if code_of(error) in {"PreconditionFailed", "412"}:
            raise NameTaken(key) from error
        raise


def _is_conflict(error: BaseException) -> bool:
    return isinstance(error, ClientError) and code_of(error) == "ConditionalRequestConflict"


def _send_whole(client: "S3Client", bucket: str, key: str, source: BinaryIO, size: int) -> None:
    client.put_object(Bucket=bucket, Key=key, Body=source, ContentLength=size, IfNoneMatch="*")


def _send_parts(client: "S3Client", bucket: str, key: str, source: BinaryIO, size: int) -> None:
    """The condition is judged at the end, so whoever comes late is spared the upload by asking."""
    if _is_there(client, bucket, key):
        raise NameTaken(key)
    upload = client.create_multipart_upload(Bucket=bucket, Key=key)["UploadId"]
    part_bytes = max(PART_BYTES, -(-size // MAX_PARTS))
    parts: list[CompletedPartTypeDef] = []
    try:
        while part := source.read(part_bytes):
            number = len(parts) + 1
            answer = client.upload_part(
                Bucket=bucket, Key=key, UploadId=upload, PartNumber=number, Body=part
            )
            parts.append({"PartNumber": number, "ETag": answer["ETag"]})
        client.complete_multipart_upload(
            Bucket=bucket,
            Key=key,
            UploadId=upload,
            MultipartUpload={"Parts": parts},
            IfNoneMatch="*",
        )
    except BaseException:
        # Parts of an upload that nobody ends are kept, and paid for, without being seen.
        with suppress(BotoCoreError, ClientError):
            client.abort_multipart_upload(Bucket=bucket, Key=key, UploadId=upload)
        raise


def _is_there(client: "S3Client", bucket: str, key: str) -> bool:
    try:
        client.head_object(Bucket=bucket, Key=key)
    except ClientError as error:
        if is_missing(error):
            return False
        raise
    return True
