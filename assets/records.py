"""Rows in the database."""

import dagster as dg

from assets.stage_asset import stage_asset
from assets.stage_events import Events, meter, stage_events
from assets.stage_step import checkpoint_of
from darkroom.ports import Records
from darkroom.rows import RecordRow
from darkroom.settings import Settings
from darkroom.stages.batch_tables import stages_before
from darkroom.stages.record_stage import record_plan
from darkroom.storage.tables import Tables
from darkroom.work.progress import ProgressBoard


@stage_asset(
    pool="database", group_name="results", made_with="sqlalchemy", deps=stages_before("records")
)
def records(
    context: dg.AssetExecutionContext,
    settings: dg.ResourceParam[Settings],
    tables: dg.ResourceParam[Tables],
    database: dg.ResourceParam[Records],
    board: dg.ResourceParam[ProgressBoard],
) -> Events:
    """Every photo in the records database, with its checks, texts, codes, objects and failures.

    A photo's rows are written in one transaction or not at all, and only when something about the
    photo has changed.
    """
    batch = context.partition_key
    checkpoint = checkpoint_of(context, tables, "records", RecordRow)
    plan = record_plan(tables, batch, found=checkpoint.found, database=settings.database.url or "")
    with meter(context, board, stage="records", total=len(plan.outstanding)) as counted, checkpoint:
        rows = plan.write(
            batch,
            database,
            photos_per_call=settings.database.photos_per_transaction,
            meter=counted,
            keep=checkpoint.keep,
        )
    yield from stage_events(context, rows=rows, counted=counted, settings=settings)
    checkpoint.discard()
