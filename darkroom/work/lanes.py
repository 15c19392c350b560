"""Work in lanes that take turns, so that a slow lane holds back no other."""

import asyncio
from collections import Counter, defaultdict, deque
from collections.abc import Iterable
from typing import Generic, TypeVar

T = TypeVar("T")


class Lanes(Generic[T]):
    """Hands out work lane by lane, each lane's in its order.

    At most `share` of one lane are out at once, and `total` of all; the lane without a name, which
    waits for nobody, has no share of its own. Belongs to one event loop.
    """

    def __init__(self, work: Iterable[tuple[str, T]], *, share: int, total: int) -> None:
        self._waiting: dict[str, deque[T]] = defaultdict(deque)
        for lane, item in work:
            self._waiting[lane].append(item)
        self._share = share
        self._total = total
        self._out: Counter[str] = Counter()
        # Lanes that have both work and room.
        self._ready = deque(self._waiting)
        self._changed = asyncio.Event()

    async def next(self) -> tuple[str, T] | None:
        """The lane and item whose turn it is, once there is room; None when all are handed out."""
        while self._waiting:
            if self._ready and self._out.total() < self._total:
                return self._taken(self._ready.popleft())
            self._changed.clear()
            await self._changed.wait()
        return None

    def leave(self, lane: str) -> None:
        """An item of this lane is done with."""
        was_full = not self._has_room(lane)
        self._out[lane] -= 1
        if was_full and lane in self._waiting:
            self._ready.append(lane)
        self._changed.set()

    def _taken(self, lane: str) -> tuple[str, T]:
        items = self._waiting[lane]
        item = items.popleft()
        self._out[lane] += 1
        if not items:
            del self._waiting[lane]
        elif self._has_room(lane):
            self._ready.append(lane)
        return lane, item

    def _has_room(self, lane: str) -> bool:
        return not lane or self._out[lane] < self._share
