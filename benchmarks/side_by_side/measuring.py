"""What one command costs: `measuring.py FIGURES LIMIT_S COMMAND…` writes it to FIGURES as JSON.

A process of its own, so that its children are the command's and nobody else's. It adopts what the
command leaves behind: the CPU time of a process counts wherever its parent ended before it. Nothing
of the command outlives it, also where it is terminated itself or the command takes longer than
LIMIT_S; the exit code is then null.
"""

import ctypes
import json
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import psutil

_PR_SET_CHILD_SUBREAPER = 36
_SAMPLE_S = 0.2
_SHARE = 0.02
"""Of a core, for looking: each look is at every process, and some contenders have twenty."""
_LEFT_BEHIND_S = 10


class _Memory(threading.Thread):
    """Looks at the tree's memory (PSS: a page that n processes share counts as 1/n in each)."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.peak_bytes = 0
        self._ended = threading.Event()

    def run(self) -> None:
        pause_s = _SAMPLE_S
        while not self._ended.wait(pause_s):
            began = time.thread_time()
            self.peak_bytes = max(self.peak_bytes, sum(map(_pss, psutil.Process().children(True))))
            pause_s = max(_SAMPLE_S, (time.thread_time() - began) / _SHARE)

    def stop(self) -> None:
        self._ended.set()
        self.join()


def _pss(process: psutil.Process) -> int:
    try:
        return int(process.memory_full_info().pss)
    except (psutil.NoSuchProcess, psutil.ZombieProcess, psutil.AccessDenied):
        return 0


def _reap(until: float) -> None:
    """Wait for all that the command left running; end it at `until` (monotonic seconds)."""
    while True:
        try:
            pid, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            if time.monotonic() > until:
                for child in psutil.Process().children(recursive=True):
                    child.kill()
            time.sleep(0.05)


def main() -> None:
    figures, limit_s, command = Path(sys.argv[1]), float(sys.argv[2]), sys.argv[3:]
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    memory = _Memory()
    memory.start()
    started = time.perf_counter()
    exit_code, patience_s = None, 0.0
    try:
        with suppress(subprocess.TimeoutExpired):
            exit_code = subprocess.run(command, check=False, timeout=limit_s).returncode
            patience_s = _LEFT_BEHIND_S
    finally:
        wall = time.perf_counter() - started
        memory.stop()
        _reap(time.monotonic() + patience_s)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    figures.write_text(
        json.dumps(
            {
                "exit_code": exit_code,
                "wall_s": wall,
                "cpu_s": used.ru_utime + used.ru_stime,
                "peak_bytes": memory.peak_bytes,
            }
        )
    )


if __name__ == "__main__":
    main()
