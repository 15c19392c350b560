import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from darkroom.outcomes import Outcome
from darkroom.work.load import Load
from darkroom.work.progress import Meter, StageProgress

START = StageProgress(batch="b1", stage="texts", total=10)
OUTCOMES = [Outcome.DONE, Outcome.REJECTED, Outcome.FAILED, Outcome.DONE]
BUSY = Load(workers=2, cores=1.5, memory_bytes=200 * 2**20, hosts={"slow.example": 3})


class Clock:
    """Seconds that pass only when told."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(time, "monotonic", clock)
    return clock


def test_rate_and_time_left_follow_from_what_is_done() -> None:
    """Four photos in two seconds: two a second, three seconds for the other six."""
    now = START.model_copy(update={"done": 4, "seconds": 2.0})

    assert (now.rate, now.seconds_left) == (2.0, 3.0)
    assert str(now) == "texts: 4 of 10 photos, 2.0/s, 3 s left, 0 rejected, 0 failed"


def test_nothing_is_foretold_before_the_first_photo() -> None:
    """Neither without photos nor without time."""
    waiting = START.model_copy(update={"seconds": 2.0})
    at_once = START.model_copy(update={"done": 4})

    assert (waiting.rate, waiting.seconds_left) == (0.0, None)
    assert (at_once.rate, at_once.seconds_left) == (0.0, None)
    assert str(waiting) == "texts: 0 of 10 photos, 0.0/s, 0 rejected, 0 failed"


def test_a_finished_stage_has_no_time_left() -> None:
    """And one without any photo is finished at once."""
    all_done = START.model_copy(update={"done": 10, "seconds": 5.0})
    nothing = StageProgress(batch="b1", stage="texts", total=0, finished=True)

    assert (all_done.seconds_left, nothing.seconds_left) == (0.0, None)


def test_the_board_hears_often_and_the_log_seldom(clock: Clock) -> None:
    """However many photos pass in between."""
    board: list[StageProgress] = []
    log: list[str] = []

    with Meter(
        START.model_copy(update={"total": 200}), board=board.append, log=log.append
    ) as meter:
        for _ in range(200):
            clock.now += 0.0625
            meter.photo(Outcome.DONE)

    # At the beginning, every fourth photo (0.25 s), and at the end.
    assert [shown.done for shown in board] == [0, *range(4, 201, 4), 200]
    assert log == [
        "texts: 160 of 200 photos, 16.0/s, 2 s left, 0 rejected, 0 failed",
        "texts: 200 of 200 photos, 16.0/s, 0 s left, 0 rejected, 0 failed",
    ]


def test_the_end_is_always_shown(clock: Clock) -> None:
    """Also when it comes right after the last time."""
    board: list[StageProgress] = []
    log: list[str] = []
    with Meter(START, board=board.append, log=log.append) as meter:
        clock.now += 0.125
        meter.photo(Outcome.FAILED, seconds=0.5)
        meter.photo(Outcome.REJECTED, seconds=0.25)

    assert board == [
        START,
        START.model_copy(
            update={
                "done": 2,
                "rejected": 1,
                "failed": 1,
                "seconds": 0.125,
                "work_seconds": 0.75,
                "finished": True,
            }
        ),
    ]
    assert log == ["texts: 2 of 10 photos, 16.0/s, 0 s left, 1 rejected, 1 failed"]
    assert meter.now == board[-1]


def test_a_stage_that_was_stopped_is_not_finished(clock: Clock) -> None:
    """What it did by then is shown."""
    board: list[StageProgress] = []

    def stopped() -> None:
        with Meter(START, board=board.append, log=lambda _: None) as meter:
            meter.photo(Outcome.DONE)
            clock.now += 1
            raise KeyError

    with pytest.raises(KeyError):
        stopped()

    assert (board[-1].done, board[-1].seconds, board[-1].finished) == (1, 1.0, False)


def test_no_photo_is_lost_between_threads() -> None:
    """Several of them may count, and one at a time speaks to the board."""
    speaking = threading.Lock()
    alone: list[bool] = []

    def board(_: StageProgress) -> None:
        alone.append(speaking.acquire(blocking=False))
        speaking.release()

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        meter = Meter(START, board=board, log=lambda _: None)
        meter._BOARD_INTERVAL_S = 0.0
        with meter, ThreadPoolExecutor(8) as threads:
            for number in range(4000):
                threads.submit(meter.photo, OUTCOMES[number % 4], seconds=0.5)
    finally:
        sys.setswitchinterval(interval)

    now = meter.now
    assert (now.done, now.rejected, now.failed) == (4000, 1000, 1000)
    assert (now.work_seconds, now.finished) == (2000.0, True)
    assert all(alone)


def test_a_log_line_says_what_the_step_uses() -> None:
    """Also which hosts are being held back."""
    now = START.model_copy(update={"done": 4, "seconds": 2.0, "rejected": 1, "load": BUSY})

    assert str(now) == (
        "texts: 4 of 10 photos, 2.0/s, 3 s left, 1 rejected, 0 failed; 1.5 cores, 200 MiB,"
        " 2 workers, held back: slow.example at 3"
    )


def test_a_stage_in_which_no_photo_ends_still_says_that_it_is_alive(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With its load, looked at in a thread of its own."""
    monkeypatch.setattr(Meter, "_BEAT_S", 0.001)
    monkeypatch.setattr(Meter, "_BOARD_INTERVAL_S", 0.0)
    heard = threading.Event()
    looking: list[str] = []

    def load() -> Load:
        looking.append(threading.current_thread().name)
        return BUSY

    def board(progress: StageProgress) -> None:
        if progress.load == BUSY and not progress.finished:
            heard.set()

    with Meter(START, board=board, log=lambda _: None, load=load) as meter:
        assert heard.wait(60)

    assert (meter.now.done, meter.now.load, meter.now.finished) == (0, BUSY, True)
    assert set(looking) == {"progress"}
