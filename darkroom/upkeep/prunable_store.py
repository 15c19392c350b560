"""What a store can do besides, so that what nobody needs any more can be removed from it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from darkroom.ports import Store

FRESH_S = 86_400.0
"""An object that was added within this time is new enough not to be marked as new again."""


@dataclass(frozen=True, slots=True)
class Kept:
    """An object and when it was last put or added, in seconds of the epoch, give or take FRESH_S:
    adding a name that is taken makes the object as good as new, unless it is new already.
    """

    name: str
    bytes: int
    written_at: float


@dataclass(frozen=True, slots=True)
class Unfinished:
    """What is left of a write that never came to its end. No reader ever saw it."""

    name: str
    bytes: int
    token: str = ""
    """By which the adapter knows it."""


class PrunableStore(Store, Protocol):
    """A store whose objects can be removed safely while others add to it.

    The danger is an `add` of content that is there already: it sends nothing, and relies on an old
    object that somebody is just about to remove. Therefore `add` marks an old object as new, and
    looking at an object's age and removing it is one step that no `add` comes in between.
    """

    def listing(self, prefix: str) -> Iterator[Kept]:
        """All objects whose names start with `prefix`, in any order."""

    def forget(self, name: str, *, unless_written_since: float) -> bool:
        """Remove an object that was put or added last before this moment; whether it was removed.

        The moment lies more than FRESH_S ago. Whoever's `add` ended after it, or ends later, finds
        the object kept, if all of them are on this machine.
        """

    def unfinished(self, prefix: str, *, begun_before: float) -> Iterator[Unfinished]:
        """Writes of names that start with `prefix` that were begun before this moment."""

    def discard(self, unfinished: Unfinished) -> None:
        """Remove it; harmless when it is gone."""
