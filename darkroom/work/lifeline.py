"""Processes that do not outlive the one that started them."""

import multiprocessing
import os
import signal
import threading
from multiprocessing.process import BaseProcess


def end_with_parent() -> None:
    """From now on, end this process at once when the one that started it is gone.

    Whatever it is doing, and however the other ended: nobody is left to take what it makes. Does
    nothing in a process that was not started by `multiprocessing`.
    """
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_follow, args=(parent,), name="lifeline", daemon=True).start()


def _follow(parent: BaseProcess) -> None:
    parent.join()
    # Not an exit: that would wait for threads, and run what others registered.
    os.kill(os.getpid(), signal.SIGKILL)
