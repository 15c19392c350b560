"""Progress of an import, one bar per stage over all of its batches."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.markup import escape
from rich.progress_bar import ProgressBar
from rich.table import Table

from darkroom.batches import Batch
from darkroom.work.load import Load
from darkroom.work.progress import ProgressBoard, StageProgress
from orchestration.command_line.showing_stages import working_lines

STAGES = (
    *("ingest", "texts", "codes", "detections", "analyses", "entities"),
    *("duplicates", "deliveries", "records"),
)
_PLAIN_INTERVAL_S = 5.0


@dataclass(frozen=True, slots=True)
class StageTotal:
    """One stage over all batches."""

    stage: str
    done: int
    total: int
    rejected: int
    failed: int
    seconds: float
    """Of the batches' stages together; those at work at the same time count once each."""
    began: bool

    @property
    def rate(self) -> float:
        return self.done / self.seconds if self.seconds else 0.0

    @classmethod
    def of(cls, stage: str, batches: Sequence[Batch], shown: dict[str, StageProgress]) -> Self:
        """Batches that have not begun the stage count with all of their photos."""
        return cls(
            stage=stage,
            done=sum(each.done for each in shown.values()),
            total=sum(
                shown[batch.key].total if batch.key in shown else batch.photos for batch in batches
            ),
            rejected=sum(each.rejected for each in shown.values()),
            failed=sum(each.failed for each in shown.values()),
            seconds=sum(each.seconds for each in shown.values()),
            began=bool(shown),
        )


class ProgressDisplay:
    """Live bars on a terminal; elsewhere a line per stage every few seconds."""

    def __init__(self, console: Console, board: ProgressBoard, batches: Sequence[Batch]) -> None:
        self._console = console
        self._board = board
        self._batches = batches
        self._since = time.time()
        self._live = Live(console=console, refresh_per_second=5) if console.is_terminal else None
        self._printed = time.monotonic()
        self._lines: dict[str, str] = {}

    def __enter__(self) -> Self:
        if self._live:
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.show(last=True)
        if self._live:
            self._live.stop()

    def show(self, *, last: bool = False) -> None:
        """Read the board and draw."""
        totals = self._totals()
        if self._live:
            self._live.update(Group(_bars(totals), self._load()))
        elif last or time.monotonic() - self._printed >= _PLAIN_INTERVAL_S:
            self._printed = time.monotonic()
            self._print_changed(totals)

    def _totals(self) -> list[StageTotal]:
        shown: dict[str, dict[str, StageProgress]] = {stage: {} for stage in STAGES}
        for batch in self._batches:
            for progress in self._board.shown(batch.key, since=self._since):
                if progress.stage in shown:
                    shown[progress.stage][batch.key] = progress
        return [StageTotal.of(stage, self._batches, shown[stage]) for stage in STAGES]

    def _load(self) -> str:
        """What the steps that are under way use together; empty before the first look."""
        lines = working_lines(self._board, (batch.key for batch in self._batches))
        loads = [line.load for line in lines if line.load]
        return f"[dim]{escape(str(Load.sum(loads)))}[/dim]" if loads else ""

    def _print_changed(self, totals: Sequence[StageTotal]) -> None:
        for total in totals:
            line = f"{total.stage:<10} {_figures(total)}"
            if total.began and self._lines.get(total.stage) != line:
                self._lines[total.stage] = line
                self._console.print(line, highlight=False)
        if load := self._load():
            self._console.print(load, highlight=False)


def _bars(totals: Sequence[StageTotal]) -> RenderableType:
    grid = Table.grid(padding=(0, 2))
    for total in totals:
        # A stage with nothing to do is complete as soon as it has begun.
        full = total.began and total.total == 0
        bar = ProgressBar(
            total=1 if full else max(total.total, 1), completed=1 if full else total.done, width=30
        )
        grid.add_row(total.stage, bar, _figures(total) if total.began else "[dim]waiting[/dim]")
    return grid


def _figures(total: StageTotal) -> str:
    left = (total.total - total.done) / total.rate if total.rate else 0
    figures = f"{total.done}/{total.total} photos"
    if total.rate:
        figures += f"  {total.rate:.1f}/s"
    if left >= 1:
        figures += f"  {left:.0f} s left"
    return figures + f"  {total.rejected} rejected  {total.failed} failed"
