"""How far a stage is, in figures a person can read."""

import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Protocol, Self

from pydantic import BaseModel, ConfigDict

from darkroom.outcomes import Outcome
from darkroom.work.heartbeat import Heartbeat
from darkroom.work.load import Load, no_load

FRESH_S = 10.0
"""A stage that has said nothing for longer is not under way: it would have, several times."""


class StageProgress(BaseModel):
    """One stage of one batch at one moment."""

    model_config = ConfigDict(frozen=True)

    batch: str
    stage: str
    total: int
    """Photos that have to be worked on; those whose rows stand are not among them."""
    done: int = 0
    rejected: int = 0
    failed: int = 0
    seconds: float = 0.0
    """Since the stage began."""
    work_seconds: float = 0.0
    """Sum over its photos of what each one took; 0 where photos are not worked on one by one."""
    finished: bool = False
    load: Load | None = None
    """At the last look; None before the first."""

    @property
    def rate(self) -> float:
        """Photos per second so far; 0 before the first."""
        return self.done / self.seconds if self.seconds > 0 else 0.0

    @property
    def seconds_left(self) -> float | None:
        """At the rate so far; None before the first photo."""
        return (self.total - self.done) / self.rate if self.rate > 0 else None

    def __str__(self) -> str:
        left = "" if self.seconds_left is None else f", {self.seconds_left:.0f} s left"
        load = "" if self.load is None else f"; {self.load}"
        return (
            f"{self.stage}: {self.done} of {self.total} photos, {self.rate:.1f}/s{left},"
            f" {self.rejected} rejected, {self.failed} failed{load}"
        )


class ProgressBoard(Protocol):
    """Where others can see how far the stages of a batch are."""

    def show(self, progress: StageProgress) -> None:
        """Replace what was shown of this stage. Losing one is harmless."""

    def shown(self, batch: str, *, since: float) -> list[StageProgress]:
        """What was shown of a batch's stages after the moment `since`, in seconds of the epoch."""


class Meter:
    """Counts photos of one stage and tells listeners: often the board, seldom the log.

    Several threads may count. While no photo ends, listeners still hear that the stage is alive.
    """

    _BOARD_INTERVAL_S = 0.2
    _BEAT_S = 2.0
    _LOG_INTERVAL_S = 10.0

    def __init__(
        self,
        start: StageProgress,
        *,
        board: Callable[[StageProgress], None],
        log: Callable[[str], None],
        load: Callable[[], Load] = no_load,
    ) -> None:
        """`load` is asked every two seconds, in a thread of its own."""
        self._now = start
        self._board = board
        self._log = log
        self._load = load
        self._heartbeat = Heartbeat(self._beat, interval_s=self._BEAT_S, name="progress")
        self._lock = threading.Lock()
        self._started = self._boarded = self._logged = time.monotonic()

    def __enter__(self) -> Self:
        self._board(self._now)
        self._heartbeat.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._heartbeat.__exit__(kind, error, traceback)
        with self._lock:
            self._update(finished=error is None)
            self._board(self._now)
            self._log(str(self._now))

    @property
    def now(self) -> StageProgress:
        """The figures of this moment."""
        return self._now

    def photo(self, outcome: Outcome, *, seconds: float = 0.0) -> None:
        """One more photo has its outcome, after so much work on it."""
        with self._lock:
            self._update(
                done=self._now.done + 1,
                rejected=self._now.rejected + (outcome is Outcome.REJECTED),
                failed=self._now.failed + (outcome is Outcome.FAILED),
                work_seconds=self._now.work_seconds + seconds,
            )
            self._tell()

    def _beat(self) -> None:
        load = self._load()
        with self._lock:
            self._update(load=load)
            self._tell()

    def _tell(self) -> None:
        moment = time.monotonic()
        if moment - self._boarded >= self._BOARD_INTERVAL_S:
            self._boarded = moment
            self._board(self._now)
        if moment - self._logged >= self._LOG_INTERVAL_S:
            self._logged = moment
            self._log(str(self._now))

    def _update(self, **figures: float | Load) -> None:
        seconds = time.monotonic() - self._started
        self._now = self._now.model_copy(update={**figures, "seconds": seconds})
