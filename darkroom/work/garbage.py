"""When Python looks for garbage in a process that works on batches, and what it gives back."""

import ctypes
import gc
from contextlib import suppress

_OBJECTS_BETWEEN_LOOKS = 50_000
"""How many more there are than at the last look; Python's own are 700."""


def look_seldom() -> None:
    """To be called once the process has imported what it needs.

    A quarter of a million objects of imports alone are not looked through any more. The rows of a
    batch are a hundred thousand at once, none of them garbage.
    """
    gc.freeze()
    gc.set_threshold(_OBJECTS_BETWEEN_LOOKS)


def give_back() -> None:
    """Return to the system what a piece of work has taken, before a process waits or begins anew.

    Only the GNU C library can (malloc_trim(3)); elsewhere it is kept for what comes.
    """
    gc.collect()
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).malloc_trim(0)
