"""Worker processes for work on photos: whatever one photo does to its process, the others go on."""

import asyncio
import logging
import multiprocessing
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from multiprocessing import forkserver
from types import TracebackType
from typing import ParamSpec, Self, TypeVar

from darkroom.errors import PhotoFailed
from darkroom.settings import ValidationSettings, WorkerSettings
from darkroom.work.allotment import memory_per_worker, worker_count
from darkroom.work.fork_servers import fork_server_with
from darkroom.work.pressure import Pressure
from darkroom.work.turns import Turns
from darkroom.work.worker import Worker, WorkerLost

P = ParamSpec("P")
T = TypeVar("T")

_LOG = logging.getLogger(__name__)
_MOST_ATTEMPTS = 4
"""Of a photo whose worker somebody kills each time; two where that was the photo's own doing."""
_CRASHES = 3
"""So many, and there is one worker less."""
_QUIET_PHOTOS = 100
"""So many in a row without a crash: earlier ones are forgotten, and there is one more again."""


class Workers:
    """Processes that each work on one photo at a time, under a deadline and a bound of memory.

    A crash, hang or memory blow-up ends the worker that it happens in. Its photo is tried once
    more, alone, because the kernel may have ended it for what another did; if that ends so too,
    it is `PhotoFailed`: `Crashed`, `TimedOut` or `OutOfMemory`. The worker is replaced,
    but after repeated crashes the work goes on with fewer, as `say` is told.

    Errors that the function raises on purpose come back as they are. Pass paths, not bytes.

    Processes come from a fork server: this process has threads by the time it needs workers, and
    forking those is not safe. `preload` names the modules that the server imports once for all.
    `megapixels` is the largest photo that must find room in a worker.
    """

    def __init__(
        self,
        settings: WorkerSettings,
        *,
        megapixels: float = ValidationSettings().max_megapixels,
        preload: Sequence[str] = (),
        say: Callable[[str], None] = _LOG.warning,
    ) -> None:
        self._count = self._most = worker_count(settings)
        self._timeout_s = settings.timeout_per_image_s
        self._max_bytes = memory_per_worker(settings, megapixels=megapixels)
        self._say = say
        self.pressure = Pressure(say=say)
        """What memory lets be at work at once, here and around."""
        self._context = multiprocessing.get_context("forkserver")
        fork_server_with(preload)
        self._turns = Turns(lambda: self.pressure.allowed(self._count))
        self._lock = threading.Lock()
        self._all: set[Worker] = set()
        self._idle: list[Worker] = []
        self._stopped = False
        self._waiting = 0
        self._crashes = self._quiet = 0
        # What waits for a worker waits here: its deadline begins with its work.
        self._threads = ThreadPoolExecutor(self._count, thread_name_prefix="worker")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Wait for work under way; after an error, stop it instead."""
        try:
            if error is None:
                self._threads.shutdown()
        finally:
            self.stop()

    @property
    def count(self) -> int:
        """Photos that may be worked on at once; fewer after repeated crashes.

        While memory is short, `pressure` allows fewer still.
        """
        return self._count

    @property
    def waiting(self) -> int:
        """Pieces of work that no worker has begun."""
        return self._waiting

    def processes(self) -> list[int]:
        """The process ids of this moment."""
        with self._lock:
            return sorted(worker.pid for worker in self._all)

    def warm_up(self) -> None:
        """Let the fork server start its imports, while the caller has other things to do."""
        forkserver.ensure_running()

    def call(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `function` in a worker and wait for it. May be called from several threads."""
        return self._submit(function, args, kwargs).result()

    async def run(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """As `call`, without holding up the event loop."""
        return await asyncio.wrap_future(self._submit(function, args, kwargs))

    def stop(self) -> None:
        """End all processes, whatever they are doing. What waits for them is cancelled."""
        with self._lock:
            self._stopped = True
            for worker in self._all.difference(self._idle):
                worker.kill()
        self._threads.shutdown(cancel_futures=True)
        for worker in self._idle:
            worker.end()
        self._idle.clear()
        self._all.clear()

    def _submit(
        self, function: Callable[..., T], args: tuple[object, ...], kwargs: dict[str, object]
    ) -> Future[T]:
        with self._lock:
            self._waiting += 1
        return self._threads.submit(self._work, function, args, kwargs)

    def _work(
        self, function: Callable[..., T], args: tuple[object, ...], kwargs: dict[str, object]
    ) -> T:
        with self._lock:
            self._waiting -= 1
        try:
            with self._turns.beside_others():
                result = self._attempt(function, args, kwargs)
        except WorkerLost as lost:
            self._after_a_loss(lost)
        else:
            self._after_a_result()
            return result
        attempts = 1
        while True:
            attempts += 1
            try:
                with self._turns.alone():
                    return self._attempt(function, args, kwargs)
            except WorkerLost as lost:
                if lost.from_outside and attempts < _MOST_ATTEMPTS:
                    continue
                raise PhotoFailed(
                    lost.error_type, lost.message, attempts=attempts, retryable=False
                ) from lost

    def _attempt(
        self, function: Callable[..., T], args: tuple[object, ...], kwargs: dict[str, object]
    ) -> T:
        worker = self._take()
        try:
            result: T = worker.work(
                function, args, kwargs, timeout_s=self._timeout_s, max_bytes=self._max_bytes
            )
        except WorkerLost:
            if self._stopped:
                raise CancelledError from None
            raise
        finally:
            self._give_back(worker)
        return result

    def _take(self) -> Worker:
        """One that waits for work or, when there is none, a new one."""
        with self._lock:
            while self._idle:
                worker = self._idle.pop()
                if worker.idle:
                    return worker
                self._all.remove(worker)
                worker.end()
        worker = Worker(self._context)
        with self._lock:
            self._all.add(worker)
            stopped = self._stopped
        if stopped:
            self._give_back(worker)
            raise CancelledError
        return worker

    def _give_back(self, worker: Worker) -> None:
        with self._lock:
            if worker.lost or self._stopped or len(self._idle) >= self._count:
                self._all.discard(worker)
            else:
                self._idle.append(worker)
                return
        worker.end()

    def _after_a_loss(self, lost: WorkerLost) -> None:
        if lost.error_type == "TimedOut":  # one worker less would not make it faster
            return
        with self._lock:
            self._quiet = 0
            self._crashes += 1
            if self._crashes < _CRASHES or self._count == 1:
                return
            self._crashes = 0
            self._count -= 1
            count = self._count
        self._say(
            f"{_CRASHES} photos crashed their worker process or ran out of memory (the last:"
            f" {lost.message}): going on with {count} at once."
        )

    def _after_a_result(self) -> None:
        with self._lock:
            self._quiet += 1
            if self._quiet < _QUIET_PHOTOS:
                return
            self._quiet = self._crashes = 0
            if self._count == self._most:
                return
            self._count += 1
            count = self._count
        self._say(f"{_QUIET_PHOTOS} photos without a crash: going on with {count} at once.")
