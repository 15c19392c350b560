"""Programs that are started again when they end by themselves, and end when we do."""

import fcntl
import os
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Sequence

from darkroom.errors import WorldError

_RESTARTS = 5
_WINDOW_S = 600.0
_FIRST_WAIT_S = 1.0


class KeepsEnding(WorldError):
    """A program that ends again and again."""


class Supervised:
    """One program. It gets SIGTERM when this process ends, however that comes about (on Linux)."""

    def __init__(
        self, name: str, command: Sequence[str], *, first_wait_s: float = _FIRST_WAIT_S
    ) -> None:
        """Start it. The wait before it is started again doubles each time."""
        self._name = name
        self._first_wait_s = first_wait_s
        self._command = list(command)
        self._process = self._start()
        self._ended_at: deque[float] = deque(maxlen=_RESTARTS)
        self._start_at: float | None = None

    def look(self, say: Callable[[str], None]) -> None:
        """Start it again if it has ended and its wait is over. Raises `KeepsEnding`."""
        now = time.monotonic()
        if self._start_at is not None:
            if now >= self._start_at:
                self._start_at = None
                self._lifeline.close()
                self._process = self._start()
        elif self._process.poll() is not None:
            if len(self._ended_at) == _RESTARTS and now - self._ended_at[0] < _WINDOW_S:
                raise KeepsEnding(
                    f"{self._name} ended {_RESTARTS + 1} times in {_WINDOW_S / 60:.0f} minutes"
                    f" ({self._ending()}); what it said stands above"
                )
            lately = sum(now - ended < _WINDOW_S for ended in self._ended_at)
            self._ended_at.append(now)
            wait_s = self._first_wait_s * 2**lately
            self._start_at = now + wait_s
            say(f"{self._name} ended by itself ({self._ending()}): started again in {wait_s:g} s.")

    @property
    def pid(self) -> int:
        return self._process.pid

    def refuse_end(self) -> None:
        """Raise `KeepsEnding` if it has ended: what does not come up at all is not tried again."""
        if self._process.poll() is not None:
            raise KeepsEnding(
                f"{self._name} ended by itself ({self._ending()}); what it said stands above"
            )

    def terminate(self) -> None:
        """Ask it to end."""
        self._process.terminate()

    def wait(self, timeout_s: float) -> None:
        """Return when it is gone, killed when it takes longer."""
        try:
            self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._lifeline.close()

    def _start(self) -> "subprocess.Popen[bytes]":
        its_end, ours = os.pipe()
        self._lifeline = os.fdopen(ours, "wb")
        process = subprocess.Popen(self._command, stdin=its_end)
        if sys.platform == "linux":
            # The kernel tells it when nobody holds our end any more.
            fcntl.fcntl(its_end, fcntl.F_SETOWN, process.pid)
            fcntl.fcntl(its_end, fcntl.F_SETSIG, signal.SIGTERM)
            flags = fcntl.fcntl(its_end, fcntl.F_GETFL)
            fcntl.fcntl(its_end, fcntl.F_SETFL, flags | os.O_ASYNC)
        os.close(its_end)
        return process

    def _ending(self) -> str:
        code = self._process.returncode
        return signal.Signals(-code).name if code < 0 else f"exit code {code}"
