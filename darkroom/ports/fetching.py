"""How a photo's bytes come here."""

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Fetched:
    """A photo's bytes, on this machine."""

    path: Path
    bytes: int
    attempts: int
    seconds: float | None = field(default=None, compare=False)
    """Spent on it without waiting for a turn; None when nobody measured it."""
    sha256: str | None = None
    """Of the bytes as they came; None when nobody took it on the way."""


TOO_LARGE = "BodyTooLarge"
"""The error type of a photo with more bytes than allowed: a verdict about it, not a failure."""

Place = Callable[[], AbstractAsyncContextManager[None]]
"""A place among the downloads under way; entering it waits for one to be free."""

MAX_HOSTS_SHOWN = 10


class Fetcher(Protocol):
    """Brings the bytes behind a URI to this machine."""

    async def fetch(self, uri: str, scratch: Path, place: Place = nullcontext) -> Fetched:
        """A local file with the whole content of `uri`.

        Either the source itself, when it is already local, or a complete new file in the folder
        `scratch`; never a partial one. Raises `PhotoFailed` for this photo's trouble, with the
        error type `TOO_LARGE` for one that has too many bytes.

        A `place` is taken for every attempt and left with its error when the attempt fails: who
        waits for a host, or before the next attempt, takes up none.
        """

    def host_limits(self) -> Mapping[str, int]:
        """How many requests at once each host is asked that was slowed down because it suffered.

        At most `MAX_HOSTS_SHOWN`, the slowest first: for the display of progress. May be called at
        any time, from any thread.
        """

    async def close(self) -> None:
        """Give back connections."""
