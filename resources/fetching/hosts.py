"""Whose turn it is to ask a host."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from darkroom.errors import PhotoFailed
from darkroom.ports import MAX_HOSTS_SHOWN
from darkroom.settings import DownloadSettings
from darkroom.uris import shown
from darkroom.work.host_pace import HostPace
from resources.fetching.retries import TryAgainLater


class HostGivenUp(PhotoFailed):
    """A host that does not answer: its other photos are not worth a deadline each."""


@dataclass(slots=True)
class Request:
    """One that is under way."""

    first_byte_s: float | None = None

    def answered(self) -> None:
        """The host begins to answer. From any thread."""
        self.first_byte_s = time.monotonic()


class Host:
    """Turns at one host, as many at once as its pace allows, none while it asks for quiet."""

    def __init__(self, name: str, settings: DownloadSettings) -> None:
        self._name = name
        self._longest_hold_s = settings.max_retry_wait_s
        self.pace = HostPace(settings.max_per_host)
        self._asked = 0
        self._changed = asyncio.Event()

    @asynccontextmanager
    async def turn(self, uri: str, attempt: int) -> AsyncIterator[None]:
        """Wait for a turn. Raises `HostGivenUp` when there is no point in having one."""
        while self._asked >= self.pace.limit or self._quiet_s() > 0:
            self._refuse_silent(uri, attempt)
            if self._asked < self.pace.limit:
                await asyncio.sleep(self._quiet_s())
            else:
                self._changed.clear()
                await self._changed.wait()
        self._refuse_silent(uri, attempt)
        self._asked += 1
        try:
            yield
        finally:
            self._asked -= 1
            self._changed.set()

    @contextmanager
    def watched(self) -> Iterator[Request]:
        """Learn from how one request goes."""
        began = time.monotonic()
        request = Request()
        try:
            yield request
        except TryAgainLater as error:
            now = time.monotonic()
            if error.wait_s is not None:
                self.pace.hold(now + min(error.wait_s, self._longest_hold_s))
            if error.strain:
                self.pace.strained(began, now, silent=request.first_byte_s is None)
                raise
            self._learn(began, request)
            raise
        except PhotoFailed:
            self._learn(began, request)
            raise
        else:
            self._learn(began, request)

    def _learn(self, began: float, request: Request) -> None:
        if request.first_byte_s is not None:
            self.pace.answered(began, request.first_byte_s)

    def _quiet_s(self) -> float:
        return self.pace.held_until - time.monotonic()

    def _refuse_silent(self, uri: str, attempt: int) -> None:
        if self.pace.given_up:
            raise HostGivenUp(
                "HostSilent",
                f"{shown(uri)} was not asked for: {self._name} left many requests in a row without"
                " an answer",
                attempts=attempt - 1,
                retryable=True,
            )


class Hosts:
    """The hosts that one event loop asks."""

    def __init__(self, settings: DownloadSettings) -> None:
        self._settings = settings
        self._by_loop: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[str, Host]] = (
            WeakKeyDictionary()
        )

    def host(self, name: str) -> Host:
        known = self._by_loop.setdefault(asyncio.get_running_loop(), {})
        if name not in known:
            known[name] = Host(name, self._settings)
        return known[name]

    def limits(self) -> dict[str, int]:
        """Of hosts that are asked less than they might be, the slowest first, and only a few."""
        slowed = [
            (host.pace.limit, name)
            for known in list(self._by_loop.values())
            for name, host in list(known.items())
            if host.pace.slowed_down
        ]
        return {name: limit for limit, name in sorted(slowed)[:MAX_HOSTS_SHOWN]}

    def forget(self) -> None:
        """What this loop learnt."""
        self._by_loop.pop(asyncio.get_running_loop(), None)
