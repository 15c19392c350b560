"""Files handed over."""

import dagster as dg

from assets.stage_asset import stage_asset
from assets.stage_events import Events, stage_events
from assets.stage_step import checkpoint_of, run_of_stage
from darkroom.ports import Store
from darkroom.rows import DeliveryRow
from darkroom.settings import Settings
from darkroom.stages.batch_delivery import BatchDelivery
from darkroom.stages.batch_tables import stages_before
from darkroom.storage.tables import Tables
from darkroom.work.progress import ProgressBoard


@stage_asset(pool="uploads", group_name="results", made_with="s3", deps=stages_before("deliveries"))
def deliveries(
    context: dg.AssetExecutionContext,
    settings: dg.ResourceParam[Settings],
    store: dg.ResourceParam[Store],
    tables: dg.ResourceParam[Tables],
    delivery_target: dg.ResourceParam[Store],
    board: dg.ResourceParam[ProgressBoard],
) -> Events:
    """Accepted renditions under `accepted/`, rejected originals under `rejected/`, `results.csv`.

    To a folder or an S3 bucket. What is there already is not uploaded again; a photo that failed
    waits until it is redone. Source files are never moved or changed.
    """
    delivery = BatchDelivery(
        context.partition_key,
        tables=tables,
        settings=settings.deliveries,
        store=store,
        target=delivery_target,
    )
    checkpoint = checkpoint_of(context, tables, "deliveries", DeliveryRow)
    run = run_of_stage(
        context,
        delivery.stage,
        checkpoint=checkpoint,
        threads=settings.deliveries.max_concurrent_uploads,
        tables=tables,
        board=board,
    )
    rows = delivery.ended(run.rows)
    yield from stage_events(context, rows=rows, counted=run.counted, settings=settings)
    checkpoint.discard()
