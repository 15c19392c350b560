"""Photos that are on this machine already."""

import asyncio
import os
import stat
from pathlib import Path

from darkroom.errors import PhotoFailed
from darkroom.ports import TOO_LARGE, Fetched
from darkroom.settings import DownloadSettings
from darkroom.uris import parse_file_uri
from resources.fetching.part_file import BodyTooLarge, PartFile
from resources.fetching.without_links import LinkInTheWay, open_without_links

_PIECE = 1 << 20


class FileFetcher:
    """Copies files, so that what is examined and kept is what was opened here."""

    def __init__(self, settings: DownloadSettings) -> None:
        self._max_bytes = settings.max_bytes

    async def fetch(self, uri: str, scratch: Path) -> Fetched:
        """Raises `PhotoFailed` for a file that is gone, not a regular one, unreadable or too large,
        and for one behind a link: those were followed when it was listed.

        Only the disk's own trouble is worth another attempt.
        """
        try:
            path = parse_file_uri(uri)
        except ValueError as error:
            raise PhotoFailed("InvalidUrl", f"{uri} is {error}", retryable=False) from error
        return await asyncio.to_thread(self._copied, uri, path, scratch)

    def _copied(self, uri: str, path: Path, scratch: Path) -> Fetched:
        try:
            handle = open_without_links(path)
            try:
                self._check(uri, os.fstat(handle))
                with PartFile(scratch, self._max_bytes) as part:
                    while piece := os.read(handle, _PIECE):
                        part.write(piece)
                    return Fetched(part.keep(), part.bytes, attempts=1, sha256=part.sha256)
            finally:
                os.close(handle)
        except BodyTooLarge as error:
            raise PhotoFailed(TOO_LARGE, f"{uri} is too large: {error}", retryable=False) from error
        except LinkInTheWay as error:
            why = f"{uri} is not followed: {error} since it was listed"
            raise PhotoFailed("LinkRefused", why, retryable=False) from error
        except (FileNotFoundError, NotADirectoryError) as error:
            raise PhotoFailed("NotFound", f"{uri} is not there", retryable=False) from error
        except PermissionError as error:
            raise PhotoFailed("AccessDenied", f"{uri} may not be read", retryable=False) from error
        except OSError as error:
            raise PhotoFailed(
                "FileUnreadable", f"{uri} cannot be read: {error.strerror}", retryable=True
            ) from error

    def _check(self, uri: str, status: os.stat_result) -> None:
        if not stat.S_ISREG(status.st_mode):
            raise PhotoFailed("NotAFile", f"{uri} is not a regular file", retryable=False)
        if status.st_size > self._max_bytes:
            raise BodyTooLarge(self._max_bytes)
