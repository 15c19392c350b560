"""One worker process, seen from outside: its work, its deadline, its memory and its end."""

import math
import os
import pickle
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing.context import ForkServerContext
from multiprocessing.reduction import ForkingPickler
from types import ModuleType
from typing import Any

import psutil

from darkroom.errors import WorldError
from darkroom.work.machine import processes_killed_for_memory
from darkroom.work.worker_process import READY, serve

_LOOK_S = 0.05
"""Between two looks at a worker's memory. A photo that fills 2 GB/s passes its bound by 100 MB."""
_START_S = 120.0
"""For a process to be ready, the imports of a new fork server included."""
_END_S = 10.0
"""For a process to be gone that was killed; the kernel may have to give back gigabytes."""
_STARTS = 5
_COUNTED_S = 1.0
"""How old a count of the kernel's kills may be. Reading it takes 25 system calls, during which the
worker has nothing to do."""

_multiprocessing = threading.Lock()
"""Starting a process makes multiprocessing look after all that have ended: one at a time."""


class WorkerLost(Exception):
    """A worker ended, or had to be ended, while it worked on a photo."""

    def __init__(self, error_type: str, message: str, *, from_outside: bool = False) -> None:
        super().__init__(f"{error_type}: {message}")
        self.error_type = error_type
        self.message = message
        self.from_outside = from_outside
        """Somebody killed it: decoders end by other signals, and the kernel counts its kills."""


class Worker:
    """A process that does one piece of work at a time. Used by one thread at a time.

    It has pipes of its own: unlike processes that share a queue and its lock, its death at any
    moment concerns nobody else, and leaves no doubt about what it was working on. A second pipe is
    its lifeline: however this process ends, the worker and the programs it started end with it.
    """

    def __init__(self, context: ForkServerContext) -> None:
        """Start it. Raises `WorldError` when no process can be had."""
        for attempt in range(1, _STARTS + 1):
            try:
                self._start(context)
            except (OSError, EOFError) as error:  # as when the fork server was killed
                if attempt == _STARTS:
                    raise WorldError(f"no worker process can be started: {error!r}") from error
            else:
                break
        self.lost = False
        """It cannot be given work any more."""
        self._killed_before, self._counted_at = 0, -math.inf
        self._ready_for: Callable[..., Any] | None = None

    def _start(self, context: ForkServerContext) -> None:
        self._pipe, its_pipe = context.Pipe()
        its_lifeline, self._lifeline = context.Pipe(duplex=False)
        try:
            with _multiprocessing, _no_main_module():
                self._process = context.Process(
                    target=serve, args=(its_pipe, its_lifeline), name="photo worker", daemon=True
                )
                self._process.start()
            its_pipe.close()  # or its end would not be seen
            if not self._pipe.poll(_START_S):
                raise TimeoutError(f"not ready after {_START_S:g} s")
            self._pipe.recv_bytes()
        except (OSError, EOFError):
            self._pipe.close()
            self._lifeline.close()
            raise
        finally:
            its_pipe.close()
            its_lifeline.close()
        self.pid = self._process.pid or 0
        self._at_start_bytes = self._resident_bytes()

    @property
    def idle(self) -> bool:
        """Whether it waits for work; False once it is gone."""
        return not self.lost and not self._pipe.poll()

    @property
    def memory_bytes(self) -> int:
        """What it took since it was forked: what it had by then, it shares with others."""
        return max(0, self._resident_bytes() - self._at_start_bytes)

    def work(
        self,
        function: Callable[..., Any],
        args: tuple[object, ...],
        kwargs: dict[str, object],
        *,
        timeout_s: float,
        max_bytes: int,
    ) -> Any:  # noqa: ANN401 - whatever the function returns
        """What `function` returns or raises. Raises `WorkerLost`; this worker is then of no use."""
        request = bytes(ForkingPickler.dumps((function, args, kwargs)))
        if time.monotonic() - self._counted_at > _COUNTED_S:
            self._killed_before, self._counted_at = processes_killed_for_memory(), time.monotonic()
        try:
            self._pipe.send_bytes(request)
            ready = function == self._ready_for
            answer = self._message(timeout_s=timeout_s if ready else _START_S, max_bytes=max_bytes)
            if answer == READY:  # its imports are no work on a photo
                self._ready_for = function
                answer = self._message(timeout_s=timeout_s, max_bytes=max_bytes)
        except (EOFError, OSError) as error:
            raise self._lost("Crashed", "its worker process ended") from error
        failed, result = pickle.loads(answer)  # noqa: S301 - from our own worker
        if not failed:
            return result
        if isinstance(result, MemoryError):
            raise self._lost("OutOfMemory", "the photo needs too much memory") from result
        raise result

    def _message(self, *, timeout_s: float, max_bytes: int) -> bytes:
        deadline = time.monotonic() + timeout_s
        while not self._pipe.poll(min(_LOOK_S, max(0.0, deadline - time.monotonic()))):
            if time.monotonic() >= deadline:
                raise self._lost("TimedOut", f"no result after {timeout_s:g} s")
            if self.memory_bytes > max_bytes:
                raise self._lost(
                    "OutOfMemory", f"the photo needs more than {max_bytes / 2**20:.0f} MiB"
                )
        return self._pipe.recv_bytes()

    def _resident_bytes(self) -> int:
        """Without pages of files and libraries."""
        try:
            memory = psutil.Process(self.pid).memory_info()
        except psutil.Error:
            return 0
        return int(memory.rss - getattr(memory, "shared", 0))

    def kill(self) -> None:
        """End it in the middle of its work, from any thread. Programs that it started end too."""
        self.lost = True
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)

    def end(self) -> None:
        """Let it go, and return when it is gone. Ending it again is harmless."""
        self.lost = True
        if not self._pipe.closed:
            self._lifeline.close()
            self._pipe.close()
            with _multiprocessing:
                self._process.join(_END_S)

    def _lost(self, error_type: str, message: str) -> WorkerLost:
        # Also after a crash: a program that it started would go on without it.
        self.kill()
        self.end()
        exit_code = self._process.exitcode
        if error_type != "Crashed" or exit_code is None:
            return WorkerLost(error_type, message)
        killed = exit_code == -signal.SIGKILL
        if killed and processes_killed_for_memory() > self._killed_before:
            return WorkerLost(
                "OutOfMemory", "the machine had no memory left for its worker process"
            )
        return WorkerLost(error_type, f"{message} ({_ending(exit_code)})", from_outside=killed)


@contextmanager
def _no_main_module() -> Iterator[None]:
    """Else multiprocessing has each worker import what this program was started as.

    That takes longer than many a photo, and no work on photos needs it.
    """
    ours = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = ours


def _ending(exit_code: int) -> str:
    try:
        return signal.Signals(-exit_code).name
    except ValueError:
        return f"exit code {exit_code}"
