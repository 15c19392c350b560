"""What a worker process does: work on what it is sent, until its owner is gone."""

import ctypes
import fcntl
import gc
import os
import pickle
import resource
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.reduction import ForkingPickler
from pathlib import Path

_KEPT_BYTES = 2**26
_LARGEST_ON_THE_HEAP = 2**25
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
READY = b""
"""Said once when it can be given work, and again when it has imported what a function needs that is
another than the one before."""


def serve(work: "Connection[bytes, bytes]", lifeline: "Connection[bytes, bytes]") -> None:
    """Answer requests of `work` one after another, and end when it is closed.

    The whole process group ends, in whatever it is doing, when the other end of `lifeline` closes.
    """
    os.setpgid(0, 0)
    _end_with(lifeline)
    _leave_the_terminal()
    _be_the_first_to_go()
    keep_freed_memory()
    gc.freeze()  # what the fork server imported is not looked through again for each few photos
    work.send_bytes(READY)
    latest: Callable[..., object] | None = None

    def begin(function: Callable[..., object]) -> None:
        nonlocal latest
        if function != latest:
            work.send_bytes(READY)
        latest = function

    while True:
        try:
            request = work.recv_bytes()
        except (EOFError, OSError):
            return
        work.send_bytes(_answer(request, begin))


def _answer(request: bytes, begin: Callable[[Callable[..., object]], None]) -> bytes:
    """Whether it failed, and the result or the error."""
    try:
        function, args, kwargs = pickle.loads(request)  # noqa: S301 - from our own parent
        begin(function)
        return bytes(ForkingPickler.dumps((False, function(*args, **kwargs))))
    except Exception as error:  # noqa: BLE001 - it is raised again where the work was asked for
        where = traceback.format_exc()
        try:
            error.add_note(f"In the worker process:\n{where}")
            answer = bytes(ForkingPickler.dumps((True, error)))
            pickle.loads(answer)  # noqa: S301 - our own; many errors can be sent but not received
        except Exception:  # noqa: BLE001 - anything may happen in an error's own methods
            return bytes(ForkingPickler.dumps((True, RuntimeError(where))))
        return answer


def _end_with(lifeline: "Connection[bytes, bytes]") -> None:
    """Have the kernel kill the group, programs it started included, once the lifeline is cut.

    It needs nothing of this process, which may hang in C code for ever. Elsewhere than on Linux a
    thread does it, as soon as that code lets threads run.
    """
    if sys.platform == "linux":
        handle = lifeline.fileno()
        fcntl.fcntl(handle, fcntl.F_SETOWN, -os.getpid())
        fcntl.fcntl(handle, fcntl.F_SETSIG, signal.SIGKILL)
        flags = fcntl.fcntl(handle, fcntl.F_GETFL)
        fcntl.fcntl(handle, fcntl.F_SETFL, flags | os.O_ASYNC)
        if lifeline.poll():  # it was cut before
            os._exit(1)
    else:
        threading.Thread(target=_wait_and_end, args=(lifeline,), daemon=True).start()


def _wait_and_end(lifeline: "Connection[bytes, bytes]") -> None:
    lifeline.poll(None)
    os.killpg(os.getpid(), signal.SIGKILL)


def _leave_the_terminal() -> None:
    """Decoders in C write to standard error what they also report: here nobody could place it."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    os.close(nowhere)


def _be_the_first_to_go() -> None:
    """When memory runs out, the kernel takes a photo's worker, not the step or the database.

    A crash leaves no core file, which would hold the photo and fill the disk.
    """
    with suppress(OSError):  # only Linux has it
        Path("/proc/self/oom_score_adj").write_text("500", encoding="ascii")
    _, hard = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, hard))


def keep_freed_memory() -> None:
    """Pictures go where earlier ones were, not into pages that are asked for and given back again.

    That was a fifth of the work on a photo of 2 megapixels. Only the GNU C library takes this
    advice (mallopt(3)); up to 64 MB stay with a worker that rests.
    """
    with suppress(AttributeError, OSError):
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(_M_MMAP_THRESHOLD, _LARGEST_ON_THE_HEAP)
        mallopt(_M_TRIM_THRESHOLD, _KEPT_BYTES)
