"""A bound on what is under way, in photos and in bytes."""

import asyncio


class Window:
    """Lets work in while fewer than `photos` photos and `bytes` bytes are inside.

    A photo's size is known only once it is fetched, so the bytes can exceed the bound by what the
    fetches under way bring.
    """

    def __init__(self, *, photos: int, bytes: int) -> None:  # noqa: A002 - the unit is the name
        self._max_photos = photos
        self._max_bytes = bytes
        self._photos = 0
        self._bytes = 0
        self._changed = asyncio.Condition()

    async def enter(self) -> None:
        """Wait for room and take the place of one photo."""
        async with self._changed:
            await self._changed.wait_for(
                lambda: self._photos < self._max_photos and self._bytes < self._max_bytes
            )
            self._photos += 1

    def weigh(self, size_bytes: int) -> None:
        """A photo inside turned out to have this size."""
        self._bytes += size_bytes

    async def leave(self, size_bytes: int) -> None:
        """Give back the place and the weight of one photo."""
        async with self._changed:
            self._photos -= 1
            self._bytes -= size_bytes
            self._changed.notify_all()
