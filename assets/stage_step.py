"""The step of a stage that works on each photo by itself."""

from collections.abc import Iterator
from typing import TypeVar

import dagster as dg

from assets.stage_events import meter, stage_events
from darkroom.rows import Row
from darkroom.settings import Settings
from darkroom.stages.batch_tables import previous_rows
from darkroom.stages.stage import Stage, run_stage
from darkroom.storage.tables import Tables
from darkroom.work.progress import Meter, ProgressBoard

W = TypeVar("W")
R = TypeVar("R", bound=Row)

Events = Iterator[dg.Output[list[R]] | dg.AssetCheckResult]


def stage_rows(
    context: dg.AssetExecutionContext,
    stage: Stage[W, R],
    *,
    threads: int,
    tables: Tables,
    board: ProgressBoard,
) -> tuple[list[R], Meter]:
    """Run the stage over the batch, showing its progress."""
    previous = previous_rows(tables, stage.name, context.partition_key, stage.row)
    total = len(stage.outstanding(previous))
    with meter(context, board, stage=stage.name, total=total) as counted:
        rows = run_stage(stage, previous=previous, meter=counted, threads=threads)
    return rows, counted


def stage_step(
    context: dg.AssetExecutionContext,
    stage: Stage[W, R],
    *,
    threads: int,
    tables: Tables,
    board: ProgressBoard,
    settings: Settings,
) -> Events[R]:
    """Run the stage over the batch and report it."""
    rows, counted = stage_rows(context, stage, threads=threads, tables=tables, board=board)
    yield from stage_events(context, rows=rows, counted=counted, settings=settings)
