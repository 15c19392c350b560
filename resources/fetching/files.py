"""Photos that are on this machine already."""

import asyncio
import os
import stat
from pathlib import Path

from darkroom.errors import PhotoFailed
from darkroom.ports import TOO_LARGE, Fetched
from darkroom.settings import DownloadSettings
from darkroom.uris import parse_file_uri
from resources.fetching.part_file import BodyTooLarge


class FileFetcher:
    """Hands out the file itself: nothing is copied, so nothing may be written to it."""

    def __init__(self, settings: DownloadSettings) -> None:
        self._max_bytes = settings.max_bytes

    async def fetch(self, uri: str, scratch: Path) -> Fetched:  # noqa: ARG002 - a fetcher's signature
        """Raises `PhotoFailed` for a file that is gone, not a regular one, unreadable or too large.

        Only the disk's own trouble is worth another attempt.
        """
        try:
            path = parse_file_uri(uri)
        except ValueError as error:
            raise PhotoFailed("InvalidUrl", f"{uri} is {error}", retryable=False) from error
        return await asyncio.to_thread(self._checked, uri, path)

    def _checked(self, uri: str, path: Path) -> Fetched:
        try:
            # Without waiting: opening a named pipe would wait for its writer.
            handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
            try:
                status = os.fstat(handle)
            finally:
                os.close(handle)
        except (FileNotFoundError, NotADirectoryError) as error:
            raise PhotoFailed("NotFound", f"{uri} is not there", retryable=False) from error
        except PermissionError as error:
            raise PhotoFailed("AccessDenied", f"{uri} may not be read", retryable=False) from error
        except OSError as error:
            raise PhotoFailed(
                "FileUnreadable", f"{uri} cannot be read: {error.strerror}", retryable=True
            ) from error
        if not stat.S_ISREG(status.st_mode):
            raise PhotoFailed("NotAFile", f"{uri} is not a regular file", retryable=False)
        if status.st_size > self._max_bytes:
            why = f"{uri} is too large: {BodyTooLarge(self._max_bytes)}"
            raise PhotoFailed(TOO_LARGE, why, retryable=False)
        return Fetched(path, status.st_size, attempts=1, seconds=0.0)
