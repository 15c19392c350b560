"""When the next request may go: rate limits, and a service that wants to be left alone."""

import asyncio
import time
from collections.abc import Awaitable, Callable

_MINUTE_S = 60.0


class Pace:
    """Lets requests pass one after the other, spread evenly over the minute.

    Even spacing, not so many per minute at once: steps that follow each other in other processes
    then keep to the limit together. Tokens are known when an answer is there. Until then a request
    is taken to use as many as the last one did, and the next ones wait for the difference.

    For the tasks of one event loop.
    """

    def __init__(
        self,
        *,
        requests_per_minute: int | None,
        tokens_per_minute: int | None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._between_s = _MINUTE_S / requests_per_minute if requests_per_minute else 0.0
        self._per_token_s = _MINUTE_S / tokens_per_minute if tokens_per_minute else 0.0
        self._clock = clock
        self._sleep = sleep
        self._queue = asyncio.Lock()
        self._next = self._paid_off = self._held_until = clock()
        self._expected = 0

    async def turn(self) -> int:
        """Return when a request may be sent; the tokens that it is taken to use."""
        async with self._queue:
            while (wait_s := self._opens_at() - self._clock()) > 0:
                await self._sleep(wait_s)
            now = self._clock()
            self._next = now + self._between_s
            expected = self._expected
            self._paid_off = max(now, self._paid_off) + expected * self._per_token_s
            return expected

    def used(self, tokens: int, *, expected: int) -> None:
        """A request has used so many tokens; its turn had said `expected`."""
        self._paid_off += (tokens - expected) * self._per_token_s
        self._expected = tokens or self._expected

    def hold(self, seconds: float) -> None:
        """No request for so long."""
        self._held_until = max(self._held_until, self._clock() + seconds)

    def _opens_at(self) -> float:
        return max(self._next, self._paid_off, self._held_until)
