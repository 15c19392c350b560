"""Photos that came before."""

import dagster as dg

from assets.stage_asset import stage_asset
from assets.stage_events import Events, meter, stage_events
from darkroom.ports import FingerprintIndex
from darkroom.rows import HashRow, PhotoRow, RenditionRow, Row
from darkroom.settings import Settings
from darkroom.stages.batch_tables import accepted, by_photo
from darkroom.stages.duplicate_stage import DuplicatePlan
from darkroom.storage.tables import Tables
from darkroom.work.progress import ProgressBoard


@stage_asset(pool="database", group_name="recognition", made_with="numpy")
def duplicates(
    context: dg.AssetExecutionContext,
    photos: list[PhotoRow],
    validations: list[Row],
    hashes: list[HashRow],
    renditions: list[RenditionRow],
    settings: dg.ResourceParam[Settings],
    tables: dg.ResourceParam[Tables],
    fingerprints: dg.ResourceParam[FingerprintIndex],
    board: dg.ResourceParam[ProgressBoard],
) -> Events:
    """For each accepted photo the first arrival of the same bytes, and earlier look-alikes.

    Compared with all batches of this database, mirrored and turned too. Near means that both pHash
    and dHash are within their radius, or the gray levels along circles around the middle are;
    photos with too little to see are not compared by look.
    """
    plan = DuplicatePlan(
        accepted(photos, validations, renditions),
        by_photo(hashes),
        previous=by_photo(tables.read_part("duplicates", context.partition_key, Row)),
        settings=settings.duplicates,
        database=settings.database.url or "",
    )
    with meter(context, board, stage="duplicates", total=plan.outstanding) as counted:
        rows = plan.rows(context.partition_key, fingerprints, counted)
    yield from stage_events(
        context, rows=rows, counted=counted, settings=settings, stands=plan.stands
    )
