"""What a source turned out to hold, before anything is fetched."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple


class Found(NamedTuple):
    """A photo that a source names. Four strings and no more: a source may name a million."""

    uri: str
    filename: str
    identity: str
    extra_json: str = "{}"


@dataclass(frozen=True, slots=True)
class Listing:
    """Photos in the order of their source, each identity once."""

    name: str
    """What a person would call the source: the folder, file or host; batches are named after it."""
    found: list[Found]
    repeated: int = 0
    """Further mentions of a photo that was named before."""

    def __len__(self) -> int:
        return len(self.found)


def listing(name: str, found: Iterable[Found]) -> Listing:
    """Keeps the first mention of each identity and counts the others."""
    first: dict[str, Found] = {}
    mentions = 0
    for mentions, photo in enumerate(found, start=1):  # noqa: B007 - the last count is the sum
        first.setdefault(photo.identity, photo)
    return Listing(name, list(first.values()), mentions - len(first))
