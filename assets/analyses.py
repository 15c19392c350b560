"""What a vision model says of photos."""

import dagster as dg

from assets.stage_asset import stage_asset
from assets.stage_events import Events
from assets.stage_step import stage_step
from darkroom.ports import Store, VisionChoice
from darkroom.rows import PhotoRow, RenditionRow, Row
from darkroom.settings import Settings
from darkroom.stages.analysis_stage import analyses_stage, requests_at_once
from darkroom.stages.batch_tables import accepted
from darkroom.storage.tables import Tables
from darkroom.work.progress import ProgressBoard


@stage_asset(pool="vision", group_name="recognition", made_with="gemini")
def analyses(
    context: dg.AssetExecutionContext,
    photos: list[PhotoRow],
    validations: list[Row],
    renditions: list[RenditionRow],
    settings: dg.ResourceParam[Settings],
    store: dg.ResourceParam[Store],
    tables: dg.ResourceParam[Tables],
    vision: dg.ResourceParam[VisionChoice],
    board: dg.ResourceParam[ProgressBoard],
) -> Events:
    """A vision model's structured answer about each accepted photo, checked against its schema.

    Without `vision.model` every photo is skipped. An answer is kept by rendition, model, prompt and
    schema, across batches and owners, and never paid for twice.
    """
    chosen = accepted(photos, validations, renditions)
    asked = vision.asked()
    if asked is None:
        context.log.info("No vision model: skipped. `vision.model` names one.")
    with vision.open(asked) as model:
        stage = analyses_stage(
            context.partition_key,
            chosen,
            asked=asked,
            model=model,
            settings=settings.vision,
            store=store,
        )
        yield from stage_step(
            context,
            stage,
            threads=requests_at_once(settings),
            tables=tables,
            board=board,
            settings=settings,
        )
