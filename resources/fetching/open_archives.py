"""ZIPs that are being unpacked, each opened once."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zipfile import ZipInfo

from darkroom.errors import PhotoFailed
from darkroom.intake.sources.archive import (
    UNREADABLE,
    excess,
    members,
    open_zip,
    overlapping,
    refusal,
)
from darkroom.settings import IntakeSettings
from darkroom.uris import ArchiveMember, file_uri
from resources.fetching.without_links import LinkInTheWay, open_without_links

_KEPT_OPEN = 4


class OpenArchive:
    """Read by several threads at once."""

    def __init__(self, path: Path, stamp: tuple[int, int], *, max_entries: int) -> None:
        self.stamp = stamp
        self.users = 0
        # ZipFile closes a file that it opened itself by a count that threads can get wrong.
        self._file = os.fdopen(open_without_links(path), "rb")
        try:
            self.zip = open_zip(self._file, max_entries=max_entries)
        except BaseException:
            self._file.close()
            raise
        self._entries = {(name, nth): info for name, nth, info in members(self.zip.infolist())}
        self._overlapping = overlapping(self.zip.infolist())

    def entry(self, member: ArchiveMember) -> ZipInfo | None:
        return self._entries.get((member.name, member.nth))

    def refusal(self, info: ZipInfo) -> tuple[str, str] | None:
        """Error type and sentence for an entry that must not be unpacked."""
        if info.header_offset in self._overlapping:
            return "ArchiveBomb", "it shares its bytes with another entry"
        return refusal(info)

    def close(self) -> None:
        self.zip.close()
        self._file.close()


class OpenArchives:
    """Keeps the last few open: reading the entries of a large archive anew for each would be slow.

    An archive that has changed since is opened again; whoever still reads the old one closes it.
    """

    def __init__(self, limits: IntakeSettings) -> None:
        self._limits = limits
        self._open: dict[Path, OpenArchive] = {}
        self._lock = threading.Lock()

    @contextmanager
    def opened(self, path: Path) -> Iterator[OpenArchive]:
        """Stays open at least as long as the context. Raises `PhotoFailed`."""
        with self._lock:
            archive = self._current(path)
            archive.users += 1
        try:
            yield archive
        finally:
            with self._lock:
                archive.users -= 1
                if self._open.get(path) is not archive:
                    _close_if_idle(archive)

    def close(self) -> None:
        with self._lock:
            archives = list(self._open.values())
            self._open.clear()
            for archive in archives:
                _close_if_idle(archive)

    def _current(self, path: Path) -> OpenArchive:
        try:
            status = path.lstat()
            stamp = (status.st_mtime_ns, status.st_size)
            archive = self._open.pop(path, None)
            if archive is not None and archive.stamp != stamp:
                _close_if_idle(archive)
                archive = None
            if archive is None:
                most = self._limits.max_archive_entries
                archive = self._judged(path, OpenArchive(path, stamp, max_entries=most))
        except FileNotFoundError as error:
            raise PhotoFailed(
                "NotFound", f"{file_uri(path)} is not there", retryable=False
            ) from error
        except LinkInTheWay as error:
            why = f"{file_uri(path)} is not followed: {error} since it was listed"
            raise PhotoFailed("LinkRefused", why, retryable=False) from error
        except UNREADABLE as error:
            why = f"{file_uri(path)} is not a ZIP that can be read ({error})"
            raise PhotoFailed("ArchiveUnreadable", why, retryable=False) from error
        self._open[path] = archive
        if len(self._open) > _KEPT_OPEN:
            _close_if_idle(self._open.pop(next(iter(self._open))))
        return archive

    def _judged(self, path: Path, archive: OpenArchive) -> OpenArchive:
        """It was judged when it was listed, but may be another one by now."""
        too_much = excess(
            archive.zip.infolist(),
            archive_bytes=archive.stamp[1],
            max_entries=self._limits.max_archive_entries,
            max_bytes=self._limits.max_archive_bytes,
        )
        if too_much is None:
            return archive
        archive.close()
        raise PhotoFailed("ArchiveTooLarge", f"{file_uri(path)} {too_much}", retryable=False)


def _close_if_idle(archive: OpenArchive) -> None:
    """Whoever still reads from it closes it afterwards."""
    if archive.users == 0:
        archive.close()
