"""A bound on what is under way, in photos and in bytes."""

import asyncio
from collections.abc import Callable
from types import TracebackType
from typing import Self


class Window:
    """Lets photos in while there is room for one more.

    At most `photos()` are inside, and at most `unweighed` of them of unknown size. Nobody is let in
    while the known sizes reach `bytes`: the bound is passed by no more than what those unweighed
    bring. When fewer are allowed than are inside, nobody enters until enough have left. Belongs to
    one event loop.
    """

    def __init__(self, *, photos: Callable[[], int], unweighed: int, bytes: int) -> None:  # noqa: A002 - the unit is the name
        self._max_photos = photos
        self._max_unweighed = unweighed
        self._max_bytes = bytes
        self._photos = self._unweighed = self._bytes = 0
        self._changed = asyncio.Event()

    def place(self) -> "Place":
        """A place in it that is not taken yet."""
        return Place(self)

    async def enter(self) -> None:
        """Wait for room and take the place of one photo."""
        # What is allowed may rise without notice: whoever waits here waits for another to leave.
        while not self._has_room():
            self._changed.clear()
            await self._changed.wait()
        self._photos += 1
        self._unweighed += 1

    def weigh(self, size_bytes: int) -> None:
        """A photo inside turned out to have this size."""
        self._unweighed -= 1
        self._bytes += size_bytes
        self._changed.set()

    def leave(self, size_bytes: int | None) -> None:
        """Give back the place of one photo and its weight; None when it never was weighed."""
        self._photos -= 1
        if size_bytes is None:
            self._unweighed -= 1
        else:
            self._bytes -= size_bytes
        self._changed.set()

    def _has_room(self) -> bool:
        return (
            self._photos < max(1, self._max_photos())
            and self._unweighed < self._max_unweighed
            and self._bytes < self._max_bytes
        )


class Place:
    """A photo's place in a window: taken for each attempt, kept by the one that succeeds."""

    def __init__(self, window: Window) -> None:
        self._window = window
        self._taken = False
        self._weight: int | None = None

    def __call__(self) -> Self:
        return self

    async def __aenter__(self) -> None:
        await self._window.enter()
        self._taken = True

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if kind is not None:
            self.leave()

    def weigh(self, size_bytes: int) -> None:
        """The photo in it turned out to have this size."""
        self._window.weigh(size_bytes)
        self._weight = size_bytes

    def leave(self) -> None:
        """Give it back, if it is taken."""
        if self._taken:
            self._taken = False
            self._window.leave(self._weight)
