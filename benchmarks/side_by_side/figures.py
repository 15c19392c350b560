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
    """Renditions of the expected kind that were there afterwards."""
    sizes: dict[str, int]
    """How many of each width and height, such as 1024x768."""
    wall_s: float
    cpu_s: float
    peak_bytes: int
    ingest_s: float | None = None
    """Seconds from the first fetch to the last table of ingest, where the contender tells them."""


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
    complete: bool
    """Whether each run made a rendition of each photo."""


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
            complete=all(run.made == run.count for run in own),
        )
        for contender in order
        if (own := [run for run in runs if run.contender == contender])
    ]


def ingest_against_engine(runs: Sequence[Run], *, engine: str, imported: str) -> Spread | None:
    """How fast the step ingest is against the engine alone, by round; None where neither tells."""
    alone = {run.round: run.ingest_s for run in runs if run.contender == engine and run.ingest_s}
    ratios = [
        alone[run.round] / run.ingest_s
        for run in runs
        if run.contender == imported and run.ingest_s and run.round in alone
    ]
    return Spread.of(ratios) if ratios else None
