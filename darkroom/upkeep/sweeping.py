"""Removing what nobody needs any more: first it is found, then it is removed, or only counted."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Leftover:
    """One thing that nobody needs."""

    name: str
    bytes: int


@dataclass(frozen=True, slots=True)
class Sweep:
    """One kind of things, and how it is got rid of."""

    kind: str
    """Plural, as a person reads it."""
    find: Callable[[], Iterator[tuple[Leftover, Callable[[], bool]]]]
    """Each thing with what removes it, and says False when it turned out to be needed, or is gone.
    Removing is safe at any time: also twice, by several at once, and when it is broken off."""


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep came to."""

    kind: str
    count: int = 0
    bytes: int = 0

    def with_one(self, leftover: Leftover) -> "Swept":
        return Swept(self.kind, self.count + 1, self.bytes + leftover.bytes)


def sweep_all(
    sweeps: Sequence[Sweep],
    *,
    dry_run: bool,
    report: Callable[[Swept], None] = lambda _: None,
    tell: Callable[[str, Leftover], None] = lambda _kind, _leftover: None,
) -> list[Swept]:
    """Remove everything that the sweeps find, or only say what it would be.

    `report` hears of progress, `tell` of each thing by its kind.
    """
    ends: list[Swept] = []
    for sweep in sweeps:
        swept = Swept(sweep.kind)
        report(swept)
        for leftover, remove in sweep.find():
            if dry_run or remove():
                swept = swept.with_one(leftover)
                tell(sweep.kind, leftover)
                report(swept)
        ends.append(swept)
    return ends
