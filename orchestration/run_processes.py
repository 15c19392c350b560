"""The process that a run is in: named by the run's tags, looked for, and ended with its session."""

import contextlib
import os
import signal
import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Self

import psutil

HOST_TAG = "darkroom/host"
PROCESS_TAG = "darkroom/process"

_SAME_START_S = 2.0
"""Both times are read with some error; an id is not given again within so little."""


def this_machine_tags() -> dict[str, str]:
    """Tags that every run in a process of this machine has."""
    return {HOST_TAG: socket.gethostname()}


@dataclass(frozen=True, slots=True)
class RunProcess:
    """A process of this machine that leads a session of its own.

    Told from a later one with the same id by its start, which is counted from the start of the
    machine: clocks are set, and that moves every other time.
    """

    pid: int
    start_s: float

    @classmethod
    def of(cls, pid: int) -> Self:
        """The process that has this id now. Raises `psutil.NoSuchProcess`."""
        return cls(pid, _start_s(psutil.Process(pid)))

    @classmethod
    def this(cls) -> Self:
        return cls.of(os.getpid())

    @classmethod
    def named_by(cls, tags: Mapping[str, str]) -> Self | None:
        """The process that a run's tags name; None where they name none of this machine."""
        number, _, start = tags.get(PROCESS_TAG, "").partition("@")
        if tags.get(HOST_TAG) != socket.gethostname() or not number.isdecimal():
            return None
        return cls(int(number), float(start))

    @property
    def tags(self) -> dict[str, str]:
        return {**this_machine_tags(), PROCESS_TAG: f"{self.pid}@{self.start_s:.2f}"}

    @property
    def alive(self) -> bool:
        """Whether it is still at work. One that has ended and was not waited for is not."""
        found = self._found()
        return found is not None and not _has_ended(found)

    def interrupt(self) -> None:
        """Ask it to stop, as Ctrl-C does.

        Whoever is only about to launch the run leads no session, and is left alone.
        """
        found = self._found()
        with contextlib.suppress(ProcessLookupError, psutil.NoSuchProcess):
            if found is not None and os.getsid(self.pid) == self.pid:
                found.send_signal(signal.SIGINT)

    def kill(self) -> None:
        """End it and all of its session, now. Also what a dead one left behind."""
        for process in self.session():
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()

    def wait(self, timeout_s: float) -> None:
        """Until it is gone, but no longer."""
        found = self._found()
        with contextlib.suppress(psutil.TimeoutExpired):
            if found is not None:
                found.wait(timeout_s)

    def kill_all_below(self) -> None:
        """End the steps and photo workers that it started, and leave itself alone."""
        for process in self.session():
            with contextlib.suppress(psutil.NoSuchProcess):
                if process.pid != self.pid and not tracks_resources(process):
                    process.kill()

    def session(self) -> Iterator[psutil.Process]:
        """Itself and all that it started, as far as they are there."""
        # The system gives no id again that is still a session's: with another process under ours,
        # nothing of the session is left.
        if psutil.pid_exists(self.pid) and self._found() is None:
            return
        for process in psutil.process_iter():
            with contextlib.suppress(ProcessLookupError, PermissionError):
                if os.getsid(process.pid) == self.pid:
                    yield process

    def _found(self) -> psutil.Process | None:
        try:
            process = psutil.Process(self.pid)
            return process if abs(_start_s(process) - self.start_s) < _SAME_START_S else None
        except psutil.NoSuchProcess:
            return None


def tracks_resources(process: psutil.Process) -> bool:
    """Whether it is what Python starts to keep count of semaphores.

    It ends with the processes it counts for, which take its absence at their own end for an error.
    """
    with contextlib.suppress(psutil.NoSuchProcess):
        return any("multiprocessing.resource_tracker" in word for word in process.cmdline())
    return False


def _start_s(process: psutil.Process) -> float:
    return process.create_time() - psutil.boot_time()


def _has_ended(process: psutil.Process) -> bool:
    try:
        return process.status() in (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD)
    except psutil.NoSuchProcess:
        return True
