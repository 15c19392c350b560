"""The step of a stage that works on each photo by itself."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import dagster as dg

from assets.stage_events import Events, meter, stage_events, standing_events
from darkroom.ports import KnownPhotos
from darkroom.rows import PhotoPart, Row
from darkroom.settings import Settings
from darkroom.stages.batch_tables import Accepted
from darkroom.stages.checkpoint import Checkpoint
from darkroom.stages.incremental import earlier
from darkroom.stages.known_rows import KnownRows, Sought
from darkroom.stages.stage import Need, Stage, run_stage
from darkroom.storage.checkpoints import Parts
from darkroom.storage.tables import Tables
from darkroom.work.progress import Meter, ProgressBoard

W = TypeVar("W")
R = TypeVar("R", bound=Row)

P = TypeVar("P", bound=PhotoPart)


@dataclass(frozen=True, slots=True)
class StageRun(Generic[R]):
    """A stage's table that is made and not yet written."""

    rows: list[R]
    counted: Meter


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
    checkpoint: Checkpoint[R],
    threads: int,
    tables: Tables,
    board: ProgressBoard,
    known: Callable[[Sequence[Need[W]]], list[R]] = lambda _: [],
) -> StageRun[R]:
    """Run the stage over the batch, showing its progress.

    `known` gives the rows of photos that need no work, for reasons of its own. Once the stage's
    table is written, its checkpoint is to be discarded.
    """
    table = tables.read(stage.name, context.partition_key, stage.row)
    stage.recall([*table, *checkpoint.found])
    standing = earlier(checkpoint.found, table)
    previous = {**earlier(known(stage.outstanding(standing))), **standing}
    total = len(stage.outstanding(previous))
    counting = meter(context, board, stage=stage.name, total=total, workers=lambda: threads)
    with counting as counted, checkpoint:
        rows = run_stage(
            stage, previous=previous, meter=counted, threads=threads, keep=checkpoint.keep
        )
    return StageRun(rows, counted)


def stage_step(
    context: dg.AssetExecutionContext,
    stage: Stage[Accepted, R],
    *,
    threads: int,
    tables: Tables,
    board: ProgressBoard,
    settings: Settings,
    known_photos: KnownPhotos | None = None,
) -> Events:
    """Run the stage over the batch and report it.

    With `known_photos`, bytes that an earlier batch had are not worked on again.
    """

    def known_rows(needs: Sequence[Need[Accepted]]) -> list[R]:
        if known_photos is None:
            return []
        known = KnownRows(known_photos, tables, context.partition_key, log=context.log.warning)
        sought = [
            Sought(need.photo_id, need.work.original_sha256, need.inputs)
            for need in needs
            if need.work is not None
        ]
        rows = known.of_stage(stage.name, stage.row, sought)
        if rows:
            context.log.info(
                "%d photos have bytes that earlier batches had: not worked on.", len(rows)
            )
        return rows

    checkpoint = checkpoint_of(context, tables, stage.name, stage.row)
    table = tables.read_part(stage.name, context.partition_key, Row)
    if stage.stands(table) and not checkpoint.found:
        yield from standing_events(context, board, stage=stage.name, rows=table, settings=settings)
    else:
        run = run_of_stage(
            context,
            stage,
            checkpoint=checkpoint,
            threads=threads,
            tables=tables,
            board=board,
            known=known_rows,
        )
        yield from stage_events(context, rows=run.rows, counted=run.counted, settings=settings)
    # Dagster comes back for more only after the table is written.
    checkpoint.discard()
