"""Photos taken in: fetched, validated, hashed and standardised in one streaming step."""

import asyncio
from functools import partial

import dagster as dg

from assets.partitions import batches
from assets.patience import patient
from assets.photo_workers import photo_workers
from assets.stage_events import Events, meter, no_failed_photos, stage_events
from assets.stage_step import checkpoint_of
from darkroom.errors import BatchUnknown
from darkroom.imaging.examination import ExaminationSettings
from darkroom.ports import Fetcher, KnownPhotos, Store
from darkroom.rows import Entry, PhotoRow
from darkroom.settings import Settings
from darkroom.stages.batch_tables import MANIFESTS
from darkroom.stages.ingest_plan import IngestPlan
from darkroom.stages.ingest_tables import (
    EXAMINED,
    IngestedPhoto,
    ingest_outlines,
    ingest_tables,
)
from darkroom.stages.ingesting import Ingest, Ingested
from darkroom.stages.known_bytes import KnownBytes
from darkroom.stages.known_rows import KnownRows
from darkroom.storage.scratch import Scratch
from darkroom.storage.tables import Tables
from darkroom.work.progress import ProgressBoard

_STAGES = ("photos", "validations", "hashes", "renditions")
"""In topological order, which is the order that outputs must be yielded in."""

_PRELOAD = [
    "darkroom.imaging.examination",
    "scipy.fftpack",  # imagehash loads it in its first pHash
]

_WAITING_PER_WORKER = 8
"""Photos that keep a worker busy for longer than it takes to ask after the next ones."""


def _out(description: str, *kinds: str) -> dg.AssetOut:
    return dg.AssetOut(
        is_required=False,
        io_manager_key="table_io",
        description=description,
        group_name="ingest",
        kinds={"parquet", *kinds},
        owners=["team:darkroom"],
    )


@dg.multi_asset(
    outs={
        "photos": _out(
            "Every photo of the batch as it arrived: its bytes in the store under their SHA-256,"
            " what its header and EXIF say, or why it could not be fetched.",
        ),
        "validations": _out(
            "The verdict on each photo: readable to its last byte, and every check with its value,"
            " threshold and verdict. A bad photo is rejected with its reason.",
            "pillow",
        ),
        "hashes": _out("SHA-256, pHash and dHash of each readable photo.", "pillow"),
        "renditions": _out(
            "Each readable photo in standard form: upright, sRGB, flattened on white, without"
            " metadata, fitted.",
            "pillow",
        ),
    },
    internal_asset_deps={
        "photos": {dg.AssetKey(MANIFESTS)},
        "validations": {dg.AssetKey("photos")},
        "hashes": {dg.AssetKey("photos")},
        "renditions": {dg.AssetKey("photos")},
    },
    deps=[MANIFESTS],
    name="ingest",
    can_subset=True,
    partitions_def=batches,
    pool="downloads",
    check_specs=[no_failed_photos(stage) for stage in _STAGES],
)
@patient
def ingest(
    context: dg.AssetExecutionContext,
    settings: dg.ResourceParam[Settings],
    store: dg.ResourceParam[Store],
    tables: dg.ResourceParam[Tables],
    fetcher: dg.ResourceParam[Fetcher],
    scratch: dg.ResourceParam[Scratch],
    board: dg.ResourceParam[ProgressBoard],
    known_photos: dg.ResourceParam[KnownPhotos],
) -> Events:
    """Fetch, examine and keep each photo of a batch, all at once in a bounded window.

    Any part can be materialised alone: a changed threshold makes new verdicts from the kept
    originals, without a download.
    """
    batch = context.partition_key
    entries = tables.read(MANIFESTS, batch, Entry)
    if not entries:
        raise BatchUnknown(batch)
    selected = context.op_execution_context.selected_output_names
    checkpoint = checkpoint_of(context, tables, "ingest", IngestedPhoto)
    if "photos" not in selected and not tables.read("photos", batch, PhotoRow):
        raise dg.Failure(
            f"Batch {batch} has no photos yet: materialise photos first.", allow_retries=False
        )
    examination = ExaminationSettings(
        validation=settings.validation, hashes=settings.hashes, renditions=settings.renditions
    )
    planned = partial(
        IngestPlan,
        entries,
        selected=selected,
        settings=examination,
        max_bytes=settings.downloads.max_bytes,
        keep=checkpoint.keep,
    )
    plan = planned(previous=ingest_outlines(tables, batch))
    stands = plan.stands and not checkpoint.found
    if not stands:
        plan = planned(previous=ingest_tables(tables, batch, checkpoint.found))
    known = KnownRows(known_photos, tables, batch, log=context.log.warning)
    with (
        scratch.folder() as folder,
        photo_workers(context, settings, preload=_PRELOAD) as workers,
        meter(
            context,
            board,
            stage="ingest",
            total=len(plan.tasks),
            workers=lambda: workers.count,
            hosts=fetcher.host_limits,
        ) as counted,
        checkpoint,
    ):
        if plan.tasks:
            workers.warm_up()

        spared = 0

        def report(ingested: Ingested) -> None:
            nonlocal spared
            spared += ingested.known is not None
            counted.photo(
                plan.take(ingested),
                seconds=ingested.fetch_seconds + ingested.work_seconds,
            )

        step = Ingest(
            fetcher=fetcher,
            store=store,
            workers=workers,
            downloads=settings.downloads,
            limits=settings.workers,
            examination=examination,
            scratch=folder,
            known=KnownBytes(
                known.ingested,
                holds=plan.holds,
                enough_to_do=lambda: workers.waiting >= _WAITING_PER_WORKER * workers.count,
            ).find,
        )
        asyncio.run(step.run(plan.tasks, report))
    if spared:
        context.log.info("%d photos have bytes that earlier batches had: not worked on.", spared)
    for stage in _STAGES:
        if stage in selected:
            yield from stage_events(
                context,
                rows=plan.rows(stage),
                counted=counted,
                settings=settings,
                output=stage,
                stands=stands and stage in EXAMINED,
                check=any(
                    key.asset_key.path == [stage] for key in context.selected_asset_check_keys
                ),
            )
    # Parts found here may have rows of stages that are not selected, and those are not written.
    checkpoint.discard(also_read=selected >= set(_STAGES))
