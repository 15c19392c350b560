"""Worker processes for work on photos: whatever one photo does to its process, the others go on."""

import asyncio
import multiprocessing
import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import TimeoutError as WorkTimeout
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import forkserver
from types import TracebackType
from typing import ParamSpec, Self, TypeVar

from pebble import ProcessExpired, ProcessFuture, ProcessPool

from darkroom.errors import PhotoFailed
from darkroom.settings import WorkerSettings

P = ParamSpec("P")
T = TypeVar("T")

_POOLS_PER_CALL = 3


def usable_cores() -> int:
    """Cores this process may really use: its affinity, not what the machine has."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Workers:
    """A pool of processes, each working on one photo at a time under a deadline.

    A crash, hang or memory blow-up ends the worker it happens in and comes back as `PhotoFailed`
    for the photo it was working on; the worker is replaced. Errors that the function raises on
    purpose come back as they are. Pass paths, not bytes.

    Processes come from a fork server: this process has threads by the time it needs workers, and
    forking those is not safe. `preload` names the modules that the server imports once for all.
    """

    def __init__(self, settings: WorkerSettings, *, preload: Sequence[str] = ()) -> None:
        self.count = settings.max_workers or usable_cores()
        self._timeout_s = settings.timeout_per_image_s
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(list(preload))
        self._replacing = threading.Lock()
        self._pool = self._new_pool()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Wait for work under way; after an error, stop it instead."""
        if error is None:
            self._pool.close()  # type: ignore[no-untyped-call]  # pebble annotates only some
            self._pool.join()
        else:
            self._stop(self._pool)

    def warm_up(self) -> None:
        """Let the fork server start its imports, while the caller has other things to do."""
        forkserver.ensure_running()

    def call(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `function` in a worker and wait for it. May be called from several threads."""
        for _ in range(_POOLS_PER_CALL):
            try:
                result: T = self._schedule(function, args, kwargs).result()
            except BrokenProcessPool:
                continue
            except (WorkTimeout, ProcessExpired, MemoryError) as error:
                raise self._photo_failed(error) from error
            return result
        raise _crashed()

    async def run(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """As `call`, without holding up the event loop."""
        for _ in range(_POOLS_PER_CALL):
            try:
                # In a thread: the first one waits for the fork server to be ready.
                future = await asyncio.to_thread(self._schedule, function, args, kwargs)
                result: T = await asyncio.wrap_future(future)
            except BrokenProcessPool:
                continue
            except (WorkTimeout, ProcessExpired, MemoryError) as error:
                raise self._photo_failed(error) from error
            return result
        raise _crashed()

    def _schedule(
        self, function: Callable[..., T], args: tuple[object, ...], kwargs: dict[str, object]
    ) -> "ProcessFuture[T]":
        """To the pool or, when it is broken, to a new one.

        Pebble gives up a pool when a worker is gone and it does not know yet what that worked on: a
        photo that ends its worker at once, or a worker that is killed while it waits. Whoever was
        in the pool comes here again.
        """
        with self._replacing:
            if not self._pool.active:
                self._stop(self._pool)
                self._pool = self._new_pool()
            return self._pool.schedule(function, args=args, kwargs=kwargs, timeout=self._timeout_s)

    def _new_pool(self) -> ProcessPool:
        return ProcessPool(
            max_workers=self.count, context=self._context, initializer=_leave_the_terminal
        )

    @staticmethod
    def _stop(pool: ProcessPool) -> None:
        pool.stop()  # type: ignore[no-untyped-call]  # pebble annotates only some
        pool.join()

    def _photo_failed(self, error: BaseException) -> PhotoFailed:
        if isinstance(error, WorkTimeout):
            return PhotoFailed(
                "TimedOut", f"no result after {self._timeout_s:g} s", retryable=False
            )
        if isinstance(error, MemoryError):
            return PhotoFailed("OutOfMemory", "the photo needs too much memory", retryable=False)
        return _crashed()


def _crashed() -> PhotoFailed:
    return PhotoFailed("Crashed", "its worker process ended", retryable=False)


def _leave_the_terminal() -> None:
    """Decoders in C write to standard error what they also report: here nobody could place it."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    os.close(nowhere)
