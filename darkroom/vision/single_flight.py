"""What is asked twice at the same time is asked once."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

T = TypeVar("T")


class SingleFlight(Generic[T]):
    """Remembers the answer, or the error, to every key for as long as it lives."""

    def __init__(self) -> None:
        self._futures: dict[str, Future[T]] = {}
        self._lock = threading.Lock()

    def get(self, key: str, ask: Callable[[], T]) -> tuple[T, bool]:
        """What `ask` answers or raises, and whether it was this call that asked.

        Whoever comes while the first is asking waits for it.
        """
        with self._lock:
            found = self._futures.get(key)
            future = self._futures.setdefault(key, Future())
        if found is not None:
            return found.result(), False
        try:
            future.set_result(ask())
        except BaseException as error:
            future.set_exception(error)
            raise
        return future.result(), True
