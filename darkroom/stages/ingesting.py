"""Photos in: fetch, examine and keep each one, all at once, in a bounded window.

Hosts take turns, and only a request that is under way has a place in the window: a host that is
slow or dead holds back its own photos alone. A photo goes to a worker process the moment its bytes
are here, while others are still being fetched. Bytes travel by path.
"""

import asyncio
import errno
import shutil
import time
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from darkroom.errors import ObjectMissing, PhotoFailed, WorldError
from darkroom.file_digests import sha256_of
from darkroom.imaging.examination import Examination, ExaminationSettings, examine
from darkroom.outcomes import Failure
from darkroom.ports import Fetched, Fetcher, Store
from darkroom.rows import Entry
from darkroom.settings import DownloadSettings, WorkerSettings
from darkroom.stages.ingest_tables import IngestedPhoto
from darkroom.storage.blobs import blob_name
from darkroom.storage.scratch import new_folder
from darkroom.uris import lane_of
from darkroom.work.lanes import Lanes
from darkroom.work.window import Place, Window
from darkroom.work.workers import Workers

_UNDER_WAY = 512
"""Photos on their way here. Most may be waiting for their host, which costs little."""

_THREADS = 64
"""Far more than the cores: they wait for disks, stores and name servers."""


@dataclass(frozen=True, slots=True)
class Task:
    """One photo to take in: from its source or, when its bytes are kept already, from the store."""

    entry: Entry
    kept_sha256: str | None = None


@dataclass(frozen=True, slots=True)
class Ingested:
    """What came of a task.

    Bytes but nothing said of them: the work on them failed. No bytes: they could not be fetched.
    """

    entry: Entry
    sha256: str | None = None
    bytes: int | None = None
    attempts: int = 0
    examination: Examination | None = None
    known: IngestedPhoto | None = None
    """What was said of the same bytes before, which holds: no work was done on them."""
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
        known: Callable[[Entry, str], Awaitable[IngestedPhoto | None]] | None = None,
    ) -> None:
        """`known` is asked what holds of bytes, by their SHA-256, before they are worked on."""
        self._fetcher = fetcher
        self._store = store
        self._workers = workers
        self._window = Window(
            photos=lambda: workers.pressure.allowed(limits.photos_in_flight),
            unweighed=downloads.max_concurrent_downloads,
            bytes=limits.bytes_in_flight,
        )
        # Some of them wait before they ask again: others of their host go on meanwhile.
        self._per_lane = 2 * downloads.max_per_host
        self._examination = examination
        self._scratch = scratch
        self._known = known

    async def run(self, tasks: Iterable[Task], report: Callable[[Ingested], None]) -> None:
        """Take in all `tasks`; `report` is called once for each, in the order they finish."""
        lanes = Lanes(
            ((_lane(task), task) for task in tasks), share=self._per_lane, total=_UNDER_WAY
        )
        # Names are looked up in these threads too: some that hang must not stop what else is done.
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(_THREADS))
        try:
            async with asyncio.TaskGroup() as group:
                while (next_one := await lanes.next()) is not None:
                    group.create_task(self._one(lanes, *next_one, report))
        except ExceptionGroup as errors:
            first = errors.exceptions[0]
            raise first from first.__cause__
        finally:
            await self._fetcher.close()

    async def _one(
        self, lanes: Lanes[Task], lane: str, task: Task, report: Callable[[Ingested], None]
    ) -> None:
        place = self._window.place()
        with new_folder(self._scratch) as folder:
            started = time.perf_counter()
            try:
                try:
                    fetched = await self._bytes_of(task, folder, place)
                finally:
                    # The host has done its part: what follows takes its time on this machine.
                    lanes.leave(lane)
                place.weigh(fetched.bytes)
                ingested = await self._recognised(task, fetched)
                report(ingested or await self._examined(task, fetched, folder))
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
                place.leave()

    async def _bytes_of(self, task: Task, folder: Path, place: Place) -> Fetched:
        """A file in `folder` that nobody else changes."""
        if task.kept_sha256 is None:
            started = time.perf_counter()
            fetched = await self._fetcher.fetch(task.entry.uri, folder, place)
            if fetched.seconds is None:
                fetched = replace(fetched, seconds=time.perf_counter() - started)
            if fetched.path.is_relative_to(folder):
                return fetched
            return await asyncio.to_thread(_own, fetched, folder)
        async with place():
            return await asyncio.to_thread(self._kept, task.kept_sha256, folder)

    def _kept(self, sha256: str, folder: Path) -> Fetched:
        try:
            with self._store.local(blob_name(sha256)) as path:
                return _own(Fetched(path, bytes=0, attempts=0), folder)
        except ObjectMissing as error:
            raise PhotoFailed("OriginalMissing", str(error), attempts=0, retryable=True) from error

    def _add(self, blobs: Iterable[tuple[str, Path]]) -> None:
        for sha256, path in blobs:
            self._store.add(blob_name(sha256), path, given=True)

    async def _recognised(self, task: Task, fetched: Fetched) -> Ingested | None:
        """Bytes that need no work, because what is known of them holds."""
        if self._known is None:
            return None
        sha256 = task.kept_sha256 or await _sha256_of(fetched)
        known = await self._known(task.entry, sha256)
        if known is None:
            return None
        rendition = known.renditions.sha256
        if rendition and not await asyncio.to_thread(self._store.renew, blob_name(rendition)):
            return None
        if task.kept_sha256 is None:
            await asyncio.to_thread(self._add, [(sha256, fetched.path)])
        return Ingested(
            entry=task.entry,
            sha256=sha256,
            bytes=fetched.bytes,
            attempts=fetched.attempts,
            known=known,
            fetch_seconds=fetched.seconds or 0.0,
        )

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
                sha256=fetched.sha256,
            )
            sha256 = examination.sha256
        except OSError as error:
            raise WorldError(f"scratch cannot be used: {error}") from error
        except PhotoFailed as error:
            failure = error.failure
            sha256 = await _sha256_of(fetched)
        blobs = [] if task.kept_sha256 else [(sha256, fetched.path)]
        if examination is not None and (rendition := examination.rendition):
            blobs.append((rendition.sha256, rendition.path))
        await asyncio.to_thread(self._add, blobs)
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


def _lane(task: Task) -> str:
    return lane_of(task.entry.uri) if task.kept_sha256 is None else ""


def _own(fetched: Fetched, folder: Path) -> Fetched:
    """Our own copy of a file that is not ours: it may change between two looks at it."""
    started = time.perf_counter()
    try:
        copy = Path(shutil.copyfile(fetched.path, folder / "copy"))
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise WorldError(f"scratch cannot be written to: {error.strerror}") from error
        raise PhotoFailed("FileUnreadable", str(error), retryable=True) from error
    seconds = (fetched.seconds or 0.0) + time.perf_counter() - started
    return Fetched(copy, copy.stat().st_size, fetched.attempts, seconds)


async def _sha256_of(fetched: Fetched) -> str:
    if fetched.sha256 is not None:
        return fetched.sha256
    return await asyncio.to_thread(sha256_of, fetched.path)
