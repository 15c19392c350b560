"""When requests go, by a clock that only sleeping moves."""

import asyncio
from dataclasses import dataclass, field

import pytest

from darkroom.vision.pace import Pace


@dataclass
class Clock:
    now: float = 100.0
    went: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds

    def pace(self, requests: int | None = None, tokens: int | None = None) -> Pace:
        return Pace(
            requests_per_minute=requests, tokens_per_minute=tokens, clock=self, sleep=self.sleep
        )

    async def one(self, pace: Pace, tokens: int = 0) -> None:
        """A request that is answered at once."""
        expected = await pace.turn()
        self.went.append(self.now - 100)
        pace.used(tokens, expected=expected)


def test_without_limits_nobody_waits() -> None:
    """Every request goes at once."""

    async def three(clock: Clock) -> None:
        pace = clock.pace()
        for _ in range(3):
            await clock.one(pace, tokens=10_000)

    asyncio.run(three(clock := Clock()))
    assert clock.went == [0, 0, 0]


def test_requests_are_spread_over_the_minute() -> None:
    """Thirty a minute is one every two seconds, also for those who come together."""

    async def three(clock: Clock) -> None:
        pace = clock.pace(requests=30)
        await asyncio.gather(*(clock.one(pace) for _ in range(3)))

    asyncio.run(three(clock := Clock()))
    assert clock.went == [0, 2, 4]


def test_tokens_are_paid_off_before_the_next_request() -> None:
    """A hundred a second: what an answer used is known after it, and waited for."""

    async def four(clock: Clock) -> None:
        pace = clock.pace(tokens=6000)
        for tokens in (500, 500, 100, 100):
            await clock.one(pace, tokens=tokens)

    asyncio.run(four(clock := Clock()))
    assert clock.went == pytest.approx([0, 5, 10, 11])


def test_requests_under_way_count_as_the_last_one_did() -> None:
    """Nobody knows yet what they use."""

    async def three(clock: Clock) -> None:
        pace = clock.pace(tokens=6000)
        await clock.one(pace, tokens=300)
        for _ in range(2):
            await pace.turn()
            clock.went.append(clock.now - 100)

    asyncio.run(three(clock := Clock()))
    assert clock.went == pytest.approx([0, 3, 6])


def test_a_service_that_wants_to_be_left_alone_is() -> None:
    """By everybody; who waits already waits longer when it says so again."""

    async def held(clock: Clock) -> None:
        pace = clock.pace(requests=60)
        await clock.one(pace)
        pace.hold(7)
        pace.hold(3)
        await asyncio.gather(clock.one(pace), clock.one(pace))

    asyncio.run(held(clock := Clock()))
    assert clock.went == [0, 7, 8]
