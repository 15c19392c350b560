"""Sources that take longer than a tick."""

import threading
import time

import pytest

from darkroom.errors import SourceUnreadable
from darkroom.intake.importing import Opened
from orchestration.slow_sources import Openings, StillOpening

OPENED = Opened([], already_known=3, repeated=0)


class Slow:
    """A source that is read once it is let go."""

    def __init__(self) -> None:
        self.begun = 0
        self.let_go = threading.Event()

    def take_in(self) -> Opened:
        self.begun += 1
        self.let_go.wait()
        return OPENED


def soon() -> float:
    return time.monotonic() + 60


def test_a_slow_source_is_read_once() -> None:
    """Ticks that do not see its end leave it alone; the first that does has its result."""
    openings, slow = Openings(), Slow()
    for _ in range(3):
        with pytest.raises(StillOpening):
            openings.result("spring", slow.take_in, deadline=time.monotonic())
    slow.let_go.set()

    assert openings.result("spring", slow.take_in, deadline=soon()) == OPENED
    assert slow.begun == 1


def test_what_has_ended_begins_anew() -> None:
    """A feed is polled again and again."""
    openings, feed = Openings(), Slow()
    feed.let_go.set()

    assert [openings.result("feed", feed.take_in, deadline=soon()) for _ in range(3)] == [
        OPENED
    ] * 3
    assert feed.begun == 3


def test_an_error_is_told_once() -> None:
    """To the tick that asks after it; the next one tries again."""
    openings, tries = Openings(), 0

    def take_in() -> Opened:
        nonlocal tries
        tries += 1
        if tries == 1:
            raise SourceUnreadable("spring.zip", "cut short")
        return OPENED

    with pytest.raises(SourceUnreadable, match="cut short"):
        openings.result("spring", take_in, deadline=soon())
    assert openings.result("spring", take_in, deadline=soon()) == OPENED


def test_few_are_read_at_once() -> None:
    """The others wait for a later tick, and are not lost."""
    openings, slow, quick = Openings(at_once=1), Slow(), Slow()
    quick.let_go.set()
    with pytest.raises(StillOpening):
        openings.result("slow", slow.take_in, deadline=time.monotonic())
    with pytest.raises(StillOpening):
        openings.result("quick", quick.take_in, deadline=soon())
    assert quick.begun == 0
    slow.let_go.set()

    assert openings.result("slow", slow.take_in, deadline=soon()) == OPENED
    assert openings.result("quick", quick.take_in, deadline=soon()) == OPENED


def test_a_source_that_times_out_by_itself_is_no_slow_one() -> None:
    """Its own error is told as any other."""

    def take_in() -> Opened:
        raise TimeoutError("the share did not answer")

    with pytest.raises(TimeoutError, match="share"):
        Openings().result("spring", take_in, deadline=soon())
