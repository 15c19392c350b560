"""Something done every few seconds for as long as a piece of work lasts."""

import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self


class Heartbeat:
    """Calls `beat` in a thread of its own every `interval_s`, and no more once the context ends."""

    def __init__(self, beat: Callable[[], None], *, interval_s: float, name: str) -> None:
        self._beat = beat
        self._interval_s = interval_s
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._ended.wait(self._interval_s):
            self._beat()
