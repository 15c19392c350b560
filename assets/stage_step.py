"""The step of a stage that works on each photo by itself."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

import dagster as dg

from assets.stage_events import meter, stage_events
from darkroom.rows import PhotoPart, Row
from darkroom.settings import Settings
from darkroom.stages.checkpoint import Checkpoint
from darkroom.stages.incremental import earlier
from darkroom.stages.stage import Stage, run_stage
from darkroom.storage.checkpoints import Parts
from darkroom.storage.tables import Tables
from darkroom.work.progress import Meter, ProgressBoard

W = TypeVar("W")
R = TypeVar("R", bound=Row)

Events = Iterator[dg.Output[list[R]] | dg.AssetCheckResult]


P = TypeVar("P", bound=PhotoPart)


@dataclass(frozen=True, slots=True)
class StageRun(Generic[R]):
    """A stage's table that is made and not yet written."""

    rows: list[R]
    counted: Meter
    checkpoint: Checkpoint[R]


def checkpoint_of(
    context: dg.AssetExecutionContext, tables: Tables, stage: str, row: type[P]
) -> Checkpoint[P]:
    """What a step before this one left of the stage, and where this one keeps its own rows."""
    parts = Parts(tables.store, stage, context.partition_key, row)
    checkpoint = Checkpoint(parts, log=context.log.warning)
    if checkpoint.found:
        context.log.info(
            "%d photos are finished already by a step that was cut short.", len(checkpoint.found)
        )
    return checkpoint


def run_of_stage(
    context: dg.AssetExecutionContext,
    stage: Stage[W, R],
    *,
    threads: int,
    tables: Tables,
    board: ProgressBoard,
) -> StageRun[R]:
    """Run the stage over the batch, showing its progress.

    Once its table is written, its checkpoint is to be discarded.
    """
    checkpoint = checkpoint_of(context, tables, stage.name, stage.row)
    table = tables.read(stage.name, context.partition_key, stage.row)
    stage.recall([*table, *checkpoint.found])
    previous = earlier(checkpoint.found, table)
    total = len(stage.outstanding(previous))
    counting = meter(context, board, stage=stage.name, total=total, workers=lambda: threads)
    with counting as counted, checkpoint:
        rows = run_stage(
            stage, previous=previous, meter=counted, threads=threads, keep=checkpoint.keep
        )
    return StageRun(rows, counted, checkpoint)


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
    run = run_of_stage(context, stage, threads=threads, tables=tables, board=board)
    yield from stage_events(context, rows=run.rows, counted=run.counted, settings=settings)
    # Dagster comes back for more only after the table is written.
    run.checkpoint.discard()
