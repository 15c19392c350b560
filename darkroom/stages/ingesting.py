"""Photos in: fetch, examine and keep each one, all at once, in a bounded window.

A photo goes to a worker process the moment its bytes are here, while others are still being
fetched. Bytes travel by path.
"""

import asyncio
import errno
import hashlib
import shutil
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from darkroom.errors import ObjectMissing, PhotoFailed, WorldError
from darkroom.imaging.examination import Examination, ExaminationSettings, examine
from darkroom.outcomes import Failure
from darkroom.ports import Fetched, Fetcher, Store
from darkroom.rows import Entry
from darkroom.settings import DownloadSettings, WorkerSettings
from darkroom.storage.blobs import blob_name
from darkroom.storage.scratch import new_folder
from darkroom.work.window import Window
from darkroom.work.workers import Workers


@dataclass(frozen=True, slots=True)
class Task:
    """One photo to take in: from its source or, when its bytes are kept already, from the store."""

    entry: Entry
    kept_sha256: str | None = None


@dataclass(frozen=True, slots=True)
class Ingested:
    """What came of a task.

    Bytes but no examination: the work on them failed. Neither: they could not be fetched.
    """

    entry: Entry
    sha256: str | None = None
    bytes: int | None = None
    attempts: int = 0
    examination: Examination | None = None
    failure: Failure | None = None
    fetch_seconds: float = 0.0
    work_seconds: float = 0.0


class Ingest:
    """One run of photos through fetch, examination and store.

    Originals and renditions are in the store before a photo is reported. Running it again is
    harmless: blobs are named by their content. World errors stop the run; photos reported by then
    stay kept.
    """

    def __init__(
        self,
        *,
        fetcher: Fetcher,
        store: Store,
        workers: Workers,
        downloads: DownloadSettings,
        limits: WorkerSettings,
        examination: ExaminationSettings,
        scratch: Path,
    ) -> None:
        self._fetcher = fetcher
        self._store = store
        self._workers = workers
        self._window = Window(
            photos=lambda: workers.pressure.allowed(limits.photos_in_flight),
            unweighed=downloads.max_concurrent_downloads,
            bytes=limits.bytes_in_flight,
        )
        self._examination = examination
        self._scratch = scratch

    async def run(self, tasks: Iterable[Task], report: Callable[[Ingested], None]) -> None:
        """Take in all `tasks`; `report` is called once for each, in the order they finish."""
        try:
            async with asyncio.TaskGroup() as group:
                for task in tasks:
                    await self._window.enter()
                    group.create_task(self._one(task, report))
        except ExceptionGroup as errors:
            first = errors.exceptions[0]
            raise first from first.__cause__
        finally:
            await self._fetcher.close()

    async def _one(self, task: Task, report: Callable[[Ingested], None]) -> None:
        weight: int | None = None
        with new_folder(self._scratch) as folder:
            started = time.perf_counter()
            try:
                fetched = await self._bytes_of(task, folder)
                weight = fetched.bytes
                self._window.weigh(weight)
                report(await self._examined(task, fetched, folder))
            except PhotoFailed as error:
                report(
                    Ingested(
                        entry=task.entry,
                        attempts=error.failure.attempts,
                        failure=error.failure,
                        fetch_seconds=time.perf_counter() - started,
                    )
                )
            finally:
                self._window.leave(weight)

    async def _bytes_of(self, task: Task, folder: Path) -> Fetched:
        """A file in `folder` that nobody else changes."""
        if task.kept_sha256 is None:
            started = time.perf_counter()
            fetched = await self._fetcher.fetch(task.entry.uri, folder)
            if fetched.seconds is None:
                fetched = replace(fetched, seconds=time.perf_counter() - started)
            return await asyncio.to_thread(_own, fetched, folder)
        return await asyncio.to_thread(self._kept, task.kept_sha256, folder)

    def _kept(self, sha256: str, folder: Path) -> Fetched:
        try:
            with self._store.local(blob_name(sha256)) as path:
                return _own(Fetched(path, bytes=0, attempts=0), folder)
        except ObjectMissing as error:
            raise PhotoFailed("OriginalMissing", str(error), attempts=0, retryable=True) from error

    async def _examined(self, task: Task, fetched: Fetched, folder: Path) -> Ingested:
        started = time.perf_counter()
        examination: Examination | None = None
        failure: Failure | None = None
        try:
            examination = await self._workers.run(
                examine,
                fetched.path,
                filename=task.entry.filename,
                settings=self._examination,
                scratch=folder,
            )
            sha256 = examination.sha256
        except OSError as error:
            raise WorldError(f"scratch cannot be used: {error}") from error
        except PhotoFailed as error:
            failure = error.failure
            sha256 = await asyncio.to_thread(_sha256, fetched.path)
        if task.kept_sha256 is None:
            await asyncio.to_thread(self._store.add, blob_name(sha256), fetched.path)
        if examination is not None and examination.rendition is not None:
            rendition = examination.rendition
            await asyncio.to_thread(self._store.add, blob_name(rendition.sha256), rendition.path)
        return Ingested(
            entry=task.entry,
            sha256=sha256,
            bytes=fetched.bytes,
            attempts=fetched.attempts,
            examination=examination,
            failure=failure,
            fetch_seconds=fetched.seconds or 0.0,
            work_seconds=examination.seconds if examination else time.perf_counter() - started,
        )


def _own(fetched: Fetched, folder: Path) -> Fetched:
    """Our own copy of a file that is not ours: it may change between two looks at it."""
    if fetched.path.is_relative_to(folder):
        return fetched
    started = time.perf_counter()
    try:
        copy = Path(shutil.copyfile(fetched.path, folder / "copy"))
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise WorldError(f"scratch cannot be written to: {error.strerror}") from error
        raise PhotoFailed("FileUnreadable", str(error), retryable=True) from error
    seconds = (fetched.seconds or 0.0) + time.perf_counter() - started
    return Fetched(copy, copy.stat().st_size, fetched.attempts, seconds)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
