"""How many requests one host is asked at once."""

import random
from itertools import pairwise

import pytest

from darkroom.work.host_pace import HostPace


def _answers(pace: HostPace, count: int, *, at: float, takes: float = 0.1) -> list[int]:
    """So many answers, one after another; the limit after each."""
    limits = []
    for number in range(count):
        pace.answered(at + number, at + number + takes)
        limits.append(pace.limit)
    return limits


def test_a_new_host_proves_itself_first() -> None:
    """Two at once until it answers, then one more for each answer, up to the cap."""
    pace = HostPace(cap=6)

    assert pace.limit == 2
    assert _answers(pace, 6, at=0) == [3, 4, 5, 6, 6, 6]
    assert not pace.slowed_down


def test_a_host_that_is_strained_is_asked_half_as_much() -> None:
    """Each time, down to one."""
    pace = HostPace(cap=8)
    _answers(pace, 6, at=0)
    limits = []
    for now in range(10, 15):
        pace.strained(now, now + 0.1, silent=False)
        limits.append(pace.limit)

    assert limits == [4, 2, 1, 1, 1]
    assert pace.slowed_down


def test_it_recovers_by_one_for_each_round_of_answers() -> None:
    """Slowly: ten answers earn one more."""
    pace = HostPace(cap=3)
    _answers(pace, 2, at=0)
    pace.strained(10, 11, silent=False)

    assert _answers(pace, 21, at=20) == [1] * 9 + [2] * 10 + [3] * 2
    assert not pace.slowed_down


def test_one_burst_of_refusals_counts_once() -> None:
    """Requests from before the limit was lowered say nothing of the lower one, good or bad."""
    pace = HostPace(cap=8)
    _answers(pace, 6, at=0)
    for began in range(10, 18):
        pace.strained(began, 20, silent=False)
    pace.answered(19, 21)

    assert pace.limit == 4


def test_rising_latency_lowers_the_limit() -> None:
    """Answers that take several times as long as they might are a queue at the other end."""
    pace = HostPace(cap=8)
    _answers(pace, 20, at=0, takes=0.2)

    limits = _answers(pace, 20, at=100, takes=3.0)

    assert min(limits) < 8
    assert pace.slowed_down


def test_small_differences_say_nothing() -> None:
    """A host on the same network answers in a millisecond, or in a hundred."""
    pace = HostPace(cap=8)
    _answers(pace, 20, at=0, takes=0.001)

    assert _answers(pace, 50, at=100, takes=0.3) == [8] * 50


def test_a_host_that_is_slower_for_good_gets_its_limit_back() -> None:
    """Its best time is forgotten little by little."""
    pace = HostPace(cap=8)
    _answers(pace, 10, at=0, takes=0.1)

    assert _answers(pace, 600, at=100, takes=2.0)[-1] == 8


def test_silence_gives_a_host_up_and_any_answer_takes_it_back() -> None:
    """Twelve requests in a row without an answer."""
    pace = HostPace(cap=8)
    for now in range(11):
        pace.strained(now, now + 0.5, silent=True)
    nearly = pace.given_up
    pace.strained(11, 12, silent=False)  # a refusal is an answer
    for now in range(20, 32):
        pace.strained(now, now + 0.5, silent=True)
    given_up = pace.given_up
    pace.answered(40, 41)

    assert (nearly, given_up, pace.given_up) == (False, True, False)


def test_the_longest_wish_for_quiet_counts() -> None:
    """A shorter one that comes later does not cut it."""
    pace = HostPace(cap=8)
    pace.hold(20)
    pace.hold(10)

    assert pace.held_until == 20


@pytest.mark.parametrize("seed", range(200))
def test_whatever_happens_the_limit_stays_within_its_bounds(seed: int) -> None:
    """From 1 to the cap; it rises by one at a time, and falls to no less than half."""
    chance = random.Random(seed)
    cap = chance.randint(1, 12)
    pace = HostPace(cap)
    limits = [pace.limit]
    now = 0.0
    for _ in range(300):
        began = now
        now += chance.expovariate(1)
        if chance.random() < 0.7:
            pace.answered(began, now)
        else:
            pace.strained(began - chance.random(), now, silent=chance.random() < 0.5)
        limits.append(pace.limit)

    assert all(1 <= limit <= cap for limit in limits)
    assert all(max(1, before // 2) <= after <= before + 1 for before, after in pairwise(limits))


@pytest.mark.parametrize("seed", range(20))
def test_a_host_with_a_capacity_is_asked_about_as_much(seed: int) -> None:
    """A simulated host that refuses beyond some requests at once: the limit settles around it."""
    chance = random.Random(seed)
    capacity = chance.randint(1, 6)
    pace = HostPace(cap=16)
    asked = refused = 0
    for now in range(2000):
        began, ended = float(now), now + 0.1
        asked += 1
        if pace.limit > capacity:
            refused += 1
            pace.strained(began, ended, silent=False)
        else:
            pace.answered(began, ended)

    assert pace.limit <= capacity + 1
    assert refused / asked < 0.1
