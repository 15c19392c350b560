"""Who works beside whom."""

import random
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from darkroom.work.turns import Turns


@pytest.mark.parametrize("seed", range(5))
def test_at_most_so_many_are_inside_or_one_alone(seed: int) -> None:
    """In whatever order they come, while the limit changes; and everybody has a turn."""
    chance = random.Random(seed)
    limits = [chance.randrange(1, 5) for _ in range(50)]
    turns = Turns(lambda: limits[len(had) % len(limits)])
    lock = threading.Lock()
    inside: list[str] = []
    had: list[tuple[str, ...]] = []

    def beside_others() -> None:
        with turns.beside_others():
            have("beside others")

    def alone() -> None:
        with turns.alone():
            have("alone")

    def have(turn: str) -> None:
        with lock:
            inside.append(turn)
            had.append(tuple(inside))
        sum(range(1000))
        with lock:
            inside.remove(turn)

    with ThreadPoolExecutor(8) as threads:
        for future in [
            threads.submit(alone if chance.random() < 0.2 else beside_others) for _ in range(300)
        ]:
            future.result()

    assert len(had) == 300
    assert max(map(len, had)) <= max(limits)
    assert {those for those in had if "alone" in those} == {("alone",)}


def test_one_that_waits_to_be_alone_is_not_overtaken() -> None:
    """Or it would wait as long as there is work."""
    turns = Turns(lambda: 2)
    order: list[str] = []

    def alone() -> None:
        with turns.alone():
            order.append("alone")

    def another() -> None:
        with turns.beside_others():
            order.append("another")

    with ThreadPoolExecutor(2) as threads:
        with turns.beside_others():
            first = threads.submit(alone)
            while not turns._to_be_alone:
                pass
            second = threads.submit(another)
        first.result()
        second.result()

    assert order == ["alone", "another"]


def test_a_limit_of_nothing_lets_one_in() -> None:
    """Work must always be able to go on."""
    with Turns(lambda: 0).beside_others():
        pass
