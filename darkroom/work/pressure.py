"""How much may be at work at once while memory is short."""

import logging
import math
import threading
import time
from collections.abc import Callable

from darkroom.work.control_groups import Memory
from darkroom.work.machine import usable_memory

_LOG = logging.getLogger(__name__)

_SHORT_SHARE = 0.1
_SHORT_BYTES = 1 << 30
"""Memory is short when less than either is left, and there again at twice that."""
_LOOK_S = 1.0
"""Between two looks: less becomes at work only as fast as photos finish."""
_GROW_S = 10.0
_GROW = 1 / 8
_LEAST = 1 / 64
_SAY_S = 10.0


class Pressure:
    """Halves what may be at work while memory is short, before the machine swaps.

    It grows back by an eighth of the whole every ten seconds once memory is there again. Every
    change is told to `say`, though not more often than every ten seconds. For threads.
    """

    def __init__(
        self,
        *,
        say: Callable[[str], None] = _LOG.warning,
        read: Callable[[], Memory] = usable_memory,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._say = say
        self._read = read
        self._clock = clock
        self._lock = threading.Lock()
        self._share = self._said = 1.0
        self._looked = self._changed = self._told = -math.inf

    def allowed(self, most: int) -> int:
        """How many of `most` may be at work now: never less than one."""
        return max(1, math.floor(most * self._now()))

    def _now(self) -> float:
        with self._lock:
            moment = self._clock()
            if moment - self._looked >= _LOOK_S:
                self._looked = moment
                self._look(self._read(), moment)
            return self._share

    def _look(self, memory: Memory, moment: float) -> None:
        short = min(memory.total * _SHORT_SHARE, _SHORT_BYTES)
        if memory.left < short:
            self._share = max(_LEAST, self._share / 2)
            self._changed = moment
        elif memory.left >= 2 * short and moment - self._changed >= _GROW_S:
            self._share = min(1.0, self._share + _GROW)
            self._changed = moment
        if self._share != self._said and moment - self._told >= _SAY_S:
            state = "is short" if self._share < self._said else "is there again"
            self._said, self._told = self._share, moment
            self._say(
                f"Memory {state}, {memory.left / 2**20:.0f} of {memory.total / 2**20:.0f} MiB"
                f" left: going on with {self._share:.0%} of the photos at once."
            )
