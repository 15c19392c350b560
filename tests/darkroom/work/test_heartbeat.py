import threading

import pytest

from darkroom.work.heartbeat import Heartbeat


def test_it_beats_until_its_context_ends() -> None:
    """More than once, in a thread that is gone afterwards."""
    beats = threading.Semaphore(0)

    with Heartbeat(beats.release, interval_s=0.001, name="pulse"):
        assert beats.acquire(timeout=60)
        assert beats.acquire(timeout=60)

    assert [thread.name for thread in threading.enumerate() if thread.name == "pulse"] == []


def test_an_error_of_the_work_comes_out_as_it_is() -> None:
    """The beating ends all the same."""

    def failing() -> None:
        with Heartbeat(lambda: None, interval_s=60, name="pulse"):
            raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        failing()
    assert [thread.name for thread in threading.enumerate() if thread.name == "pulse"] == []
