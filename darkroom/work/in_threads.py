"""Work on many things in a few threads, with few of them waiting."""

from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import TypeVar

T = TypeVar("T")

_AHEAD = 2
"""Waiting for each thread; `items` may be of any number."""


def work_through(items: Iterable[T], work: Callable[[T], None], *, threads: int, name: str) -> None:
    """Return when `work` was done on each of `items`.

    Its first error is raised once what is under way has come to its end. An interruption does not
    wait for that: whoever owns what the threads wait for ends it. What has not begun is left alone.
    """
    pool = ThreadPoolExecutor(threads, thread_name_prefix=name)
    under_way: set[Future[None]] = set()
    try:
        for item in items:
            if len(under_way) >= threads * _AHEAD:
                under_way = _without_the_done(under_way)
            under_way.add(pool.submit(work, item))
        while under_way:
            under_way = _without_the_done(under_way)
    except Exception:
        pool.shutdown(cancel_futures=True)
        raise
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        raise
    pool.shutdown()


def _without_the_done(under_way: set[Future[None]]) -> set[Future[None]]:
    """Wait for the next, and raise what it raised."""
    done, rest = wait(under_way, return_when=FIRST_COMPLETED)
    for future in done:
        future.result()
    return rest
