"""Many things, a few threads."""

import threading
from collections.abc import Iterator

import pytest

from darkroom.work.in_threads import work_through


def test_few_things_wait_however_many_there_are() -> None:
    """The next is asked for only when one is done."""
    lock = threading.Lock()
    asked_for = done = most = 0

    def numbers() -> Iterator[int]:
        nonlocal asked_for, most
        for number in range(1000):
            with lock:
                asked_for += 1
                most = max(most, asked_for - done)
            yield number

    def work(_: int) -> None:
        nonlocal done
        with lock:
            done += 1

    work_through(numbers(), work, threads=3, name="test")

    assert (asked_for, done) == (1000, 1000)
    assert most <= 2 * 3 + 1


def test_an_error_waits_for_what_is_under_way() -> None:
    """And for nothing else."""
    begun, ended = list[int](), list[int]()
    both_begun = threading.Barrier(2, timeout=30)

    def work(number: int) -> None:
        begun.append(number)
        both_begun.wait()
        if number == 0:
            raise ValueError(number)
        ended.append(number)

    with pytest.raises(ValueError, match="0"):
        work_through([0, 1], work, threads=2, name="test")

    assert (sorted(begun), ended) == ([0, 1], [1])
