"""Photos inside ZIPs."""

import lzma
import struct
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zipfile import BadZipFile, ZipFile, ZipInfo

from darkroom.errors import PhotoFailed
from darkroom.ports import Fetched
from darkroom.settings import DownloadSettings, IntakeSettings
from darkroom.sources.archive import UNREADABLE, excess, members, refusal
from darkroom.uris import ArchiveMember, parse_zip_uri
from resources.fetching.part_file import BodyTooLarge, PartFile
from resources.fetching.threads import Threads

_PIECE = 1 << 18
_KEPT_OPEN = 4
_DAMAGED = (BadZipFile, EOFError, zlib.error, lzma.LZMAError, struct.error, ValueError)


class ArchiveFetcher:
    """Unpacks one entry into a file of its own name; the entry's name is never a path here.

    What the archive says of sizes is not believed: bytes are counted as they come. An archive is
    opened once and stays open, because reading the list of its entries takes a second for a hundred
    thousand of them.
    """

    def __init__(
        self, settings: DownloadSettings, intake: IntakeSettings, threads: Threads
    ) -> None:
        self._max_bytes = settings.max_bytes
        self._intake = intake
        self._threads = threads
        self._open: dict[Path, _Archive] = {}
        self._lock = threading.Lock()

    async def fetch(self, uri: str, scratch: Path) -> Fetched:
        """A new file in `scratch`. Raises `PhotoFailed` for an entry refused, damaged or gone."""
        try:
            member = parse_zip_uri(uri)
        except ValueError as error:
            raise PhotoFailed("InvalidUrl", f"{uri} is {error}", retryable=False) from error
        return await self._threads.run(self._unpacked, member, scratch)

    async def close(self) -> None:
        """Close the archives. The next fetch opens them again."""
        with self._lock:
            for archive in self._open.values():
                archive.close()
            self._open.clear()

    def _unpacked(self, member: ArchiveMember, scratch: Path) -> Fetched:
        where = f"{member.name} in {member.archive}"
        with self._opened(member.archive) as archive:
            info = archive.entries.get((member.name, member.nth))
            if info is None:
                raise PhotoFailed("NotFound", f"{where} is not there", retryable=False)
            refused = refusal(info)
            if refused is not None:
                raise PhotoFailed(refused[0], f"{where}: {refused[1]}", retryable=False)
            try:
                return self._copied(archive.zip, info, scratch)
            except _DAMAGED as error:
                why = f"{where} is damaged: {error}"
                raise PhotoFailed("ArchiveEntryDamaged", why, retryable=False) from error
            except NotImplementedError as error:
                why = f"{where} is packed in a way that is not known: {error}"
                raise PhotoFailed("UnsupportedCompression", why, retryable=False) from error
            except BodyTooLarge as error:
                why = f"{where} is too large: {error}"
                raise PhotoFailed("BodyTooLarge", why, retryable=False) from error
            except OSError as error:
                if error.errno is None:  # how the bz2 module says that its data is damaged
                    why = f"{where} is damaged: {error}"
                    raise PhotoFailed("ArchiveEntryDamaged", why, retryable=False) from error
                why = f"{where} cannot be read: {error.strerror}"
                raise PhotoFailed("FileUnreadable", why, retryable=True) from error

    def _copied(self, archive: ZipFile, info: ZipInfo, scratch: Path) -> Fetched:
        with archive.open(info) as entry, PartFile(scratch, self._max_bytes) as part:
            while piece := entry.read(_PIECE):
                part.write(piece)
            if part.bytes != info.file_size:
                raise BadZipFile(f"{part.bytes} bytes instead of {info.file_size}")
            return Fetched(part.keep(), part.bytes, attempts=1)

    @contextmanager
    def _opened(self, path: Path) -> Iterator["_Archive"]:
        with self._lock:
            archive = self._current(path)
            archive.users += 1
        try:
            yield archive
        finally:
            with self._lock:
                archive.users -= 1
                if archive.users == 0 and self._open.get(path) is not archive:
                    archive.close()

    def _current(self, path: Path) -> "_Archive":
        try:
            status = path.stat()
            stamp = (status.st_mtime_ns, status.st_size)
            archive = self._open.pop(path, None)
            if archive is not None and archive.stamp != stamp:
                archive.close_if_idle()
                archive = None
            archive = archive or _Archive(path, stamp, self._intake)
        except FileNotFoundError as error:
            raise PhotoFailed("NotFound", f"{path} is not there", retryable=False) from error
        except UNREADABLE as error:
            why = f"{path} cannot be read: {error}"
            raise PhotoFailed("ArchiveUnreadable", why, retryable=False) from error
        self._open[path] = archive
        if len(self._open) > _KEPT_OPEN:
            oldest = next(iter(self._open))
            self._open.pop(oldest).close_if_idle()
        return archive


class _Archive:
    """An open ZIP, read by several threads at once."""

    def __init__(self, path: Path, stamp: tuple[int, int], intake: IntakeSettings) -> None:
        self.stamp = stamp
        self.users = 0
        # ZipFile closes a file that it opened itself by a count that threads can get wrong.
        self._file = path.open("rb")
        try:
            self.zip = ZipFile(self._file)
            infos = self.zip.infolist()
            # Judged when it was listed, but it may be another one by now.
            too_much = excess(
                infos, max_entries=intake.max_archive_entries, max_bytes=intake.max_archive_bytes
            )
            if too_much is not None:
                raise PhotoFailed("ArchiveTooLarge", f"{path} {too_much}", retryable=False)
        except BaseException:
            self._file.close()
            raise
        self.entries: dict[tuple[str, int], ZipInfo] = {
            (name, nth): info for name, nth, info in members(infos)
        }

    def close_if_idle(self) -> None:
        """Whoever still reads from it closes it afterwards."""
        if self.users == 0:
            self.close()

    def close(self) -> None:
        self.zip.close()
        self._file.close()
