"""When a fetch is tried again, and how long it waits before."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, stop_after_attempt
from tenacity.wait import wait_base, wait_random_exponential

from darkroom.errors import PhotoFailed
from darkroom.settings import DownloadSettings

T = TypeVar("T")


class TryAgainLater(PhotoFailed):
    """A failure that says something of its host, too."""

    def __init__(
        self,
        error_type: str,
        message: str,
        *,
        attempts: int,
        wait_s: float | None = None,
        strain: bool = False,
    ) -> None:
        """`wait_s` is how long the host wants to be left alone; `strain`: it is asked too much."""
        super().__init__(error_type, message, attempts=attempts, retryable=True)
        self.wait_s = wait_s
        self.strain = strain


class _Wait(wait_base):
    """Exponential with full jitter, so that clients turned away together do not return together.

    https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
    """

    def __init__(self, settings: DownloadSettings) -> None:
        self._longest = settings.max_retry_wait_s
        self._jitter = wait_random_exponential(settings.retry_wait_s, max=self._longest)

    def __call__(self, retry_state: RetryCallState) -> float:
        error = retry_state.outcome and retry_state.outcome.exception()
        if isinstance(error, TryAgainLater) and error.wait_s is not None:
            return min(error.wait_s, self._longest)
        return self._jitter(retry_state)


async def with_retries(
    fetch: Callable[[int], Awaitable[T]],
    settings: DownloadSettings,
    *,
    final: type[PhotoFailed],
) -> T:
    """`fetch(attempt)`, from 1, until it succeeds, fails for good, or has no attempts left.

    A failure that is `final` may pass, but not now.
    """
    attempts = AsyncRetrying(
        stop=stop_after_attempt(settings.max_retries + 1),
        wait=_Wait(settings),
        retry=retry_if_exception(lambda error: _may_pass(error) and not isinstance(error, final)),
        reraise=True,
    )
    async for attempt in attempts:
        with attempt:
            return await fetch(attempt.retry_state.attempt_number)
    raise AssertionError("tenacity returns or raises")


def retry_after_s(header: str | None, now: datetime) -> float | None:
    """Seconds that a Retry-After header asks for, given as a number or a date; else None."""
    if header is None:
        return None
    if header.strip().isdecimal():
        return float(header)
    try:
        date = parsedate_to_datetime(header)
    except (ValueError, OverflowError):
        return None
    return max(0.0, (date.replace(tzinfo=date.tzinfo or UTC) - now).total_seconds())


def _may_pass(error: BaseException) -> bool:
    return isinstance(error, PhotoFailed) and error.failure.retryable
