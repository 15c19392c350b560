"""Objects found on photos."""

import dagster as dg

from assets.photo_workers import photo_workers
from assets.stage_asset import stage_asset
from assets.stage_events import Events
from assets.stage_step import stage_step
from darkroom.ports import DetectorChoice, KnownPhotos, Store
from darkroom.recognition.detecting import Tiling
from darkroom.rows import PhotoRow, RenditionRow, Row
from darkroom.settings import Settings
from darkroom.stages.batch_tables import accepted
from darkroom.stages.recognition_stages import detections_stage
from darkroom.storage.tables import Tables
from darkroom.work.progress import ProgressBoard


@stage_asset(pool="cpu", group_name="recognition", made_with="onnx")
def detections(
    context: dg.AssetExecutionContext,
    photos: list[PhotoRow],
    validations: list[Row],
    renditions: list[RenditionRow],
    settings: dg.ResourceParam[Settings],
    store: dg.ResourceParam[Store],
    tables: dg.ResourceParam[Tables],
    detector: dg.ResourceParam[DetectorChoice],
    board: dg.ResourceParam[ProgressBoard],
    known_photos: dg.ResourceParam[KnownPhotos],
) -> Events:
    """Vehicles, or other labels of interest, on each accepted photo.

    Boxes are in pixels of the upright original. Without a model every photo is skipped:
    `darkroom models fetch yolox_nano` gets one, or `detector.model` names an ONNX file.
    """
    chosen = accepted(photos, validations, renditions)
    model = detector.load()
    if model is None:
        context.log.info("No detector model: skipped. `darkroom models fetch yolox_nano` gets one.")
    with photo_workers(
        context, settings, preload=["darkroom.recognition.detecting", "onnxruntime"]
    ) as workers:
        stage = detections_stage(
            chosen,
            detector=model,
            tiling=Tiling(settings.detector.tiles, settings.detector.max_overlap),
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
