"""Photos inside ZIPs."""

import errno
import lzma
import struct
import zlib
from pathlib import Path
from zipfile import BadZipFile, ZipFile, ZipInfo

from darkroom.errors import PhotoFailed
from darkroom.ports import TOO_LARGE, Fetched
from darkroom.settings import DownloadSettings, IntakeSettings
from darkroom.uris import ArchiveMember, parse_zip_uri
from resources.fetching.open_archives import OpenArchives
from resources.fetching.part_file import BodyTooLarge, PartFile
from resources.fetching.threads import Threads

_PIECE = 1 << 18
_DAMAGED = (BadZipFile, EOFError, zlib.error, lzma.LZMAError, struct.error, ValueError)


class ArchiveFetcher:
    """Unpacks one entry into a file of its own name; the entry's name is never a path here.

    What the archive says of sizes is not believed: bytes are counted as they come.
    """

    def __init__(
        self, settings: DownloadSettings, intake: IntakeSettings, threads: Threads
    ) -> None:
        self._max_bytes = settings.max_bytes
        self._threads = threads
        self._archives = OpenArchives(intake)

    async def fetch(self, uri: str, scratch: Path) -> Fetched:
        """A new file in `scratch`. Raises `PhotoFailed` for an entry refused, damaged or gone."""
        try:
            member = parse_zip_uri(uri)
        except ValueError as error:
            raise PhotoFailed("InvalidUrl", f"{uri} is {error}", retryable=False) from error
        return await self._threads.run(self._unpacked, uri, member, scratch)

    async def close(self) -> None:
        """Close the archives. The next fetch opens them again."""
        self._archives.close()

    def _unpacked(self, uri: str, member: ArchiveMember, scratch: Path) -> Fetched:
        with self._archives.opened(member.archive) as archive:
            info = archive.entry(member)
            if info is None:
                raise PhotoFailed("NotFound", f"{uri} is not there", retryable=False)
            refused = archive.refusal(info)
            if refused is not None:
                raise PhotoFailed(refused[0], f"{uri}: {refused[1]}", retryable=False)
            try:
                return self._copied(archive.zip, info, scratch)
            except _DAMAGED as error:
                why = f"{uri} is damaged: {error}"
                raise PhotoFailed("ArchiveEntryDamaged", why, retryable=False) from error
            except NotImplementedError as error:
                why = f"{uri} is packed in a way that is not known: {error}"
                raise PhotoFailed("UnsupportedCompression", why, retryable=False) from error
            except BodyTooLarge as error:
                why = f"{uri} is too large: {error}"
                raise PhotoFailed(TOO_LARGE, why, retryable=False) from error
            except OSError as error:
                # None: how the bz2 module says that its data is damaged. EINVAL: an entry that
                # starts nowhere in the file.
                if error.errno in (None, errno.EINVAL):
                    why = f"{uri} is damaged: {error}"
                    raise PhotoFailed("ArchiveEntryDamaged", why, retryable=False) from error
                why = f"{uri} cannot be read: {error.strerror}"
                raise PhotoFailed("FileUnreadable", why, retryable=True) from error

    def _copied(self, archive: ZipFile, info: ZipInfo, scratch: Path) -> Fetched:
        with archive.open(info) as entry, PartFile(scratch, self._max_bytes) as part:
            while piece := entry.read(_PIECE):
                part.write(piece)
            if part.bytes != info.file_size:
                raise BadZipFile(f"{part.bytes} bytes instead of {info.file_size}")
            return Fetched(part.keep(), part.bytes, attempts=1, sha256=part.sha256)
