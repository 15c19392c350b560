"""What commands print of stages: how far each is, how fast, and what it uses."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from rich.box import SIMPLE
from rich.console import Console, ConsoleOptions, RenderResult
from rich.markup import escape
from rich.measure import Measurement
from rich.table import Table

from darkroom.reports.markdown import visible
from darkroom.work.load import Load
from darkroom.work.progress import FRESH_S, ProgressBoard, StageProgress

_COLUMNS = ("batch", "stage", "state", "photos", "rejected", "failed", "rate", "left")
_LOAD_COLUMNS = ("workers", "cores", "memory", "held back")
_ANY_WIDTH = 1000


class StageState(StrEnum):
    """Where a stage stands, by its latest word."""

    WORKING = "working"
    FINISHED = "finished"
    STOPPED = "stopped"
    """It did not come to its end, and says nothing any more."""


@dataclass(frozen=True, slots=True)
class StageLine:
    """One stage of one batch, in its latest run."""

    progress: StageProgress
    state: StageState

    @property
    def load(self) -> Load | None:
        """Only what works uses anything."""
        return self.progress.load if self.state is StageState.WORKING else None


def stage_lines(board: ProgressBoard, batch: str) -> list[StageLine]:
    """All stages of a batch that ever said something."""
    fresh = {each.stage for each in board.shown(batch, since=time.time() - FRESH_S)}
    return [
        StageLine(each, _state(each, fresh=each.stage in fresh))
        for each in board.shown(batch, since=0)
    ]


def working_lines(board: ProgressBoard, batches: Iterable[str]) -> list[StageLine]:
    """The stages of these batches that are under way."""
    since = time.time() - FRESH_S
    return [
        StageLine(each, StageState.WORKING)
        for batch in batches
        for each in board.shown(batch, since=since)
        if not each.finished
    ]


@dataclass(frozen=True, slots=True)
class StageTable:
    """A line per stage; where there is no room for its columns, a sentence."""

    lines: Sequence[StageLine]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        table = _table(self.lines)
        anywhere = options.update(max_width=_ANY_WIDTH)
        if Measurement.get(console, anywhere, table).maximum <= options.max_width:
            yield table
        else:
            yield from (_sentence(line) for line in self.lines)


def _sentence(line: StageLine) -> str:
    now = line.progress.model_copy(update={"load": line.load})
    return escape(f"{now.batch}, {line.state.value}: {visible(str(now))}")


def _table(lines: Sequence[StageLine]) -> Table:
    table = Table(title="stages", title_justify="left", box=SIMPLE)
    for column in (*_COLUMNS, *_LOAD_COLUMNS):
        words = column in {"batch", "stage", "state", "held back"}
        table.add_column(column, justify="left" if words else "right", no_wrap=column == "batch")
    for line in lines:
        now, load = line.progress, line.load
        table.add_row(
            now.batch,
            escape(visible(now.stage)),
            line.state.value,
            f"{now.done}/{now.total}",
            str(now.rejected),
            str(now.failed),
            f"{now.rate:.1f}/s",
            _left(line),
            *(_load_cells(load) if load else [""] * len(_LOAD_COLUMNS)),
        )
    return table


def stage_row(line: StageLine) -> dict[str, object]:
    """The same for programs: seconds, bytes and photos per second."""
    now = line.progress
    return {
        "stage": now.stage,
        "state": line.state.value,
        "total": now.total,
        "done": now.done,
        "rejected": now.rejected,
        "failed": now.failed,
        "seconds": round(now.seconds, 1),
        "rate": round(now.rate, 2),
        "seconds_left": _seconds_left(line),
        "load": line.load.model_dump() if line.load else None,
    }


def _state(progress: StageProgress, *, fresh: bool) -> StageState:
    if progress.finished:
        return StageState.FINISHED
    return StageState.WORKING if fresh else StageState.STOPPED


def _seconds_left(line: StageLine) -> float | None:
    left = line.progress.seconds_left
    return None if left is None or line.state is not StageState.WORKING else round(left, 1)


def _left(line: StageLine) -> str:
    left = _seconds_left(line)
    return "" if left is None else f"{left:.0f} s"


def _load_cells(load: Load) -> list[str]:
    held = ", ".join(f"{visible(host)} at {limit}" for host, limit in sorted(load.hosts.items()))
    memory = f"{load.memory_bytes / 2**20:.0f} MiB"
    return [str(load.workers), f"{load.cores:.1f}", memory, escape(held)]
