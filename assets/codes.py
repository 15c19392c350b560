"""QR and bar codes on photos, and the photo's unique ID."""

import dagster as dg

from assets.photo_workers import photo_workers
from assets.stage_asset import stage_asset
from assets.stage_events import Events
from assets.stage_step import stage_step
from darkroom.ports import KnownPhotos, Store
from darkroom.rows import PhotoRow, RenditionRow, Row, TextRow
from darkroom.settings import Settings
from darkroom.stages.batch_tables import accepted, by_photo
from darkroom.stages.recognition_stages import codes_stage
from darkroom.storage.tables import Tables
from darkroom.work.progress import ProgressBoard


@stage_asset(pool="cpu", group_name="recognition", made_with="zxing")
def codes(
    context: dg.AssetExecutionContext,
    photos: list[PhotoRow],
    validations: list[Row],
    renditions: list[RenditionRow],
    texts: list[TextRow],
    settings: dg.ResourceParam[Settings],
    store: dg.ResourceParam[Store],
    tables: dg.ResourceParam[Tables],
    board: dg.ResourceParam[ProgressBoard],
    known_photos: dg.ResourceParam[KnownPhotos],
) -> Events:
    """QR and bar codes of each accepted photo, read from the original at full resolution.

    With `codes.unique_ids` set, also the photo's unique ID, looked for in its codes and its text.
    Where several are found that disagree, it has none, and all are told.
    """
    chosen = accepted(photos, validations, renditions)
    with photo_workers(context, settings, preload=["darkroom.recognition.from_file"]) as workers:
        stage = codes_stage(
            chosen, by_photo(texts), settings=settings.codes, store=store, workers=workers
        )
        yield from stage_step(
            context,
            stage,
            threads=workers.count,
            tables=tables,
            board=board,
            settings=settings,
            known_photos=known_photos,
        )
