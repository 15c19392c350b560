"""What was measured, and what follows from it."""

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Run:
    """One contender, once, over one set of photos."""

    photos: str
    """The set."""
    round: int
    contender: str
    count: int
    made: int
    """Sound renditions that were there afterwards: JPEGs that can be decoded and fit."""
    unfit: int
    """Renditions that are no JPEG, cannot be decoded to their end or are too large."""
    sizes: dict[str, int]
    """How many of the sound ones have each width and height, such as 1024x768."""
    wall_s: float
    cpu_s: float
    peak_bytes: int
    work_s: float | None = None
    """Seconds of the work alone, where the contender tells them. Of an import: from the start of
    its first step `ingest` to the end of its last."""


@dataclass(frozen=True, slots=True)
class Failed:
    """One contender that did not come to its end."""

    photos: str
    round: int
    """0 is the few photos that do not count."""
    contender: str
    why: str


@dataclass(frozen=True, slots=True)
class Spread:
    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Iterable[float]) -> "Spread":
        ordered = sorted(values)
        return cls(statistics.median(ordered), ordered[0], ordered[-1])


@dataclass(frozen=True, slots=True)
class Line:
    """One contender over all rounds."""

    contender: str
    rounds: int
    rate: Spread
    """Photos per second of the whole process, start-up included."""
    wall_s: Spread
    cpu_s: Spread
    peak_bytes: Spread
    against: dict[str, Spread]
    """How many times as fast as another in the same round."""
    count: int
    made: int
    """In the round that made the fewest."""
    unfit: int
    """In the round that made the most."""


def lines(runs: Sequence[Run], *, order: Sequence[str], against: Sequence[str]) -> list[Line]:
    """What is known of each contender that ran over one set, in that order."""
    walls = {(run.contender, run.round): run.wall_s for run in runs}
    return [
        Line(
            contender=contender,
            rounds=len(own),
            rate=Spread.of(run.count / run.wall_s for run in own),
            wall_s=Spread.of(run.wall_s for run in own),
            cpu_s=Spread.of(run.cpu_s for run in own),
            peak_bytes=Spread.of(run.peak_bytes for run in own),
            against={
                other: Spread.of(ratios)
                for other in against
                if (
                    ratios := [
                        walls[other, run.round] / run.wall_s
                        for run in own
                        if (other, run.round) in walls
                    ]
                )
            },
            count=max(run.count for run in own),
            made=min(run.made for run in own),
            unfit=max(run.unfit for run in own),
        )
        for contender in order
        if (own := [run for run in runs if run.contender == contender])
    ]


def work_against(runs: Sequence[Run], *, of: str, to: str, processes: int = 1) -> Spread | None:
    """How fast the work of one contender is against `processes` times another's, by round.

    None where no round has both.
    """
    others = {run.round: run.work_s for run in runs if run.contender == to and run.work_s}
    ratios = [
        others[run.round] / run.work_s / processes
        for run in runs
        if run.contender == of and run.work_s and run.round in others
    ]
    return Spread.of(ratios) if ratios else None
