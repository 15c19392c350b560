"""Names of content-addressed objects: the SHA-256 of the bytes says where they are kept."""

import re

SHA256 = re.compile(r"[0-9a-f]{64}")


def is_sha256(text: str) -> bool:
    """Whether `text` is a SHA-256 as we write it: 64 lower-case hex digits."""
    return SHA256.fullmatch(text) is not None


def blob_name(sha256: str) -> str:
    """`blobs/ab/cdef…`: 256 folders, as git spreads its objects.

    Raises `ValueError` for anything but 64 lower-case hex digits.
    """
    if not is_sha256(sha256):
        raise ValueError(f"{sha256!r} is not a SHA-256 in lower-case hex")
    return f"blobs/{sha256[:2]}/{sha256[2:]}"
