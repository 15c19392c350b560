"""Who may work beside whom: some at once, or one alone."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Turns:
    """Lets in at most `limit()` at once, or one that is alone.

    Whoever asks to be alone goes before those who do not, or it would wait as long as there is
    work. For threads.
    """

    def __init__(self, limit: Callable[[], int]) -> None:
        self._limit = limit
        self._inside = 0
        self._to_be_alone = 0
        self._changed = threading.Condition()

    @contextmanager
    def beside_others(self) -> Iterator[None]:
        """Wait for a turn, and have it."""
        with self._changed:
            # The limit may rise without notice: whoever waits here waits for another to leave.
            self._changed.wait_for(
                lambda: not self._to_be_alone and self._inside < max(1, self._limit())
            )
            self._inside += 1
        try:
            yield
        finally:
            self._left()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Wait until nobody is inside, and keep everybody out."""
        with self._changed:
            self._to_be_alone += 1
            self._changed.wait_for(lambda: self._inside == 0)
            self._inside += 1
        try:
            yield
        finally:
            with self._changed:
                self._to_be_alone -= 1
            self._left()

    def _left(self) -> None:
        with self._changed:
            self._inside -= 1
            self._changed.notify_all()
