"""Text read from photos."""

import dagster as dg

from assets.photo_workers import photo_workers
from assets.stage_asset import stage_asset
from assets.stage_events import Events
from assets.stage_step import stage_step
from darkroom.ports import KnownPhotos, Store, TextReader
from darkroom.rows import PhotoRow, RenditionRow, Row
from darkroom.settings import Settings
from darkroom.stages.batch_tables import accepted
from darkroom.stages.recognition_stages import texts_stage
from darkroom.storage.tables import Tables
from darkroom.work.progress import ProgressBoard

_PRELOAD = [
    "darkroom.recognition.from_file",
    "scipy.ndimage",  # the first photo of each worker is searched for letters with it
]


@stage_asset(pool="cpu", group_name="recognition", made_with="tesseract")
def texts(
    context: dg.AssetExecutionContext,
    photos: list[PhotoRow],
    validations: list[Row],
    renditions: list[RenditionRow],
    settings: dg.ResourceParam[Settings],
    store: dg.ResourceParam[Store],
    tables: dg.ResourceParam[Tables],
    text_reader: dg.ResourceParam[TextReader],
    board: dg.ResourceParam[ProgressBoard],
    known_photos: dg.ResourceParam[KnownPhotos],
) -> Events:
    """Text of each accepted photo, with the engine's confidence and every word's box.

    Read from the original by Tesseract; boxes are in pixels of the upright original. A photo
    without text has an empty text, not a missing one.
    """
    chosen = accepted(photos, validations, renditions)
    with photo_workers(context, settings, preload=_PRELOAD) as workers:
        stage = texts_stage(
            chosen,
            reader=text_reader if settings.ocr.enabled else None,
            store=store,
            workers=workers,
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
