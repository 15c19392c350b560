"""Keeping a step's finished rows while it runs, so that a crash costs what was in flight."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Generic, Self, TypeVar

from darkroom.errors import WorldError
from darkroom.rows import PhotoPart
from darkroom.storage.checkpoints import Parts

R = TypeVar("R", bound=PhotoPart)

FLUSH_INTERVAL_S = 1.0
"""A crash costs the photos finished in this time; a part costs a few milliseconds."""
FLUSH_ROWS = 200
"""As many are kept at once, however little time has passed."""


class Checkpoint(Generic[R]):
    """Rows of one step: those that a step before it left, and its own while the context is open.

    A thread writes them in groups, so whoever finishes a photo does not wait. A checkpoint that
    cannot be written is no error: its photos may have to be worked on again, and the log says so.
    """

    def __init__(
        self, parts: Parts[R], *, log: Callable[[str], None], interval_s: float = FLUSH_INTERVAL_S
    ) -> None:
        self._parts = parts
        self._log = log
        self._interval_s = interval_s
        self._changed = threading.Condition()
        self._waiting: list[R] = []
        self._ended = False
        self._written: list[str] = []
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="checkpoint")
        self._writing: Future[None] | None = None
        # Before the table is read: parts that disappear from now on have their rows in it.
        self.found, self._read = parts.read(log=log)

    def __enter__(self) -> Self:
        self._writing = self._thread.submit(self._write_along)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """After an error or interrupt, keep what is finished; else the table is about to be."""
        with self._changed:
            self._ended = True
            self._changed.notify()
        self._thread.shutdown()
        if self._writing is not None:
            self._writing.result()
        if error is not None:
            self._flush()

    def keep(self, row: R) -> None:
        """One more finished photo. May be called from several threads; does not wait."""
        with self._changed:
            self._waiting.append(row)
            if len(self._waiting) in {1, FLUSH_ROWS}:
                self._changed.notify()

    def discard(self, *, also_read: bool = True) -> None:
        """Remove this step's parts, once the table that has all their rows is written.

        Parts that others wrote in the meantime are theirs. `also_read` says whether the table has
        the rows of the parts that this step found, too.
        """
        done = [*self._read, *self._written] if also_read else self._written
        try:
            self._parts.remove(done)
        except WorldError as error:
            self._log(f"{error}. A checkpoint is left behind, which harms nothing.")

    def _write_along(self) -> None:
        failing = False
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._ended)
                self._changed.wait_for(
                    lambda: self._ended or (len(self._waiting) >= FLUSH_ROWS and not failing),  # noqa: B023 - called at once
                    timeout=self._interval_s,
                )
                if self._ended:
                    return
            failing = not self._flush()

    def _flush(self) -> bool:
        with self._changed:
            rows = list(self._waiting)
        if not rows:
            return True
        try:
            self._written.append(self._parts.write(rows))
        except WorldError as error:
            self._log(f"{error}. {len(rows)} finished photos are not yet kept.")
            return False
        with self._changed:
            del self._waiting[: len(rows)]
        return True
