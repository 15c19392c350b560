"""Threads for what blocks: unpacking and S3."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class Threads:
    """As many as downloads may run; asyncio's own pool is sized by cores, and shared."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._pool: ThreadPoolExecutor | None = None

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        if self._pool is None:
            self._pool = ThreadPoolExecutor(self._count, thread_name_prefix="fetching")
        return await asyncio.get_running_loop().run_in_executor(
            self._pool, lambda: work(*args, **kwargs)
        )

    async def close(self) -> None:
        """Waits for work under way; the next `run` starts new threads."""
        pool, self._pool = self._pool, None
        if pool is not None:
            await asyncio.to_thread(pool.shutdown)
