"""Asked once."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from darkroom.vision.single_flight import SingleFlight


def test_who_comes_while_it_is_asked_waits_for_the_answer() -> None:
    """One call of many asks."""
    flights = SingleFlight[str]()
    asked: list[str] = []
    others_wait = threading.Barrier(4)

    def ask() -> str:
        asked.append("once")
        return "answer"

    def get() -> tuple[str, bool]:
        others_wait.wait()
        return flights.get("key", ask)

    with ThreadPoolExecutor(4) as threads:
        got = [future.result() for future in [threads.submit(get) for _ in range(4)]]

    assert asked == ["once"]
    assert sorted(got) == [("answer", False)] * 3 + [("answer", True)]


def test_other_keys_are_asked_for_themselves() -> None:
    """And what was asked is remembered."""
    flights = SingleFlight[str]()

    assert flights.get("a", lambda: "one") == ("one", True)
    assert flights.get("b", lambda: "two") == ("two", True)
    assert flights.get("a", lambda: "three") == ("one", False)


def test_an_error_reaches_everybody() -> None:
    """Nobody waits for ever for who has failed."""
    flights = SingleFlight[str]()

    def fail() -> str:
        raise OSError("away")

    for _ in range(2):
        with pytest.raises(OSError, match="away"):
            flights.get("key", fail)
