"""What photos say of the same things, joined."""

from collections.abc import Mapping, Sequence

import dagster as dg

from assets.stage_asset import stage_asset
from assets.stage_events import Events, meter, stage_events
from darkroom.entities.remaking import BatchEntities
from darkroom.ports import EntityIndex, VisionChoice
from darkroom.reports.entity_report import drop_records
from darkroom.rows import AnalysisRow, EntityRow, PhotoRow
from darkroom.settings import Settings
from darkroom.stages.batch_tables import by_photo, previous_rows
from darkroom.stages.entity_stage import EntityPlan
from darkroom.storage.tables import Tables
from darkroom.work.progress import ProgressBoard

_DROPS_SHOWN = 100


@stage_asset(pool="database", group_name="recognition", made_with="sqlalchemy")
def entities(
    context: dg.AssetExecutionContext,
    photos: list[PhotoRow],
    analyses: list[AnalysisRow],
    settings: dg.ResourceParam[Settings],
    tables: dg.ResourceParam[Tables],
    vision: dg.ResourceParam[VisionChoice],
    entity_index: dg.ResourceParam[EntityIndex],
    board: dg.ResourceParam[ProgressBoard],
) -> Events:
    """What each photo says of things such as shows, cleaned; what was dropped, and why.

    Joined with what all photos of all batches of this database say into entities, which
    `darkroom entities` lists: the same ones in whatever order batches came. All skipped without a
    vision model, or with a schema that has no entities.
    """
    batch = context.partition_key
    asked = vision.asked()
    plan = EntityPlan(
        photos,
        by_photo(analyses),
        schema=asked.schema if asked else None,
        previous=previous_rows(tables, "entities", batch, EntityRow),
        database=settings.database.url or "",
    )
    with meter(context, board, stage="entities", total=plan.outstanding) as counted:
        rows = plan.rows(batch, entity_index, counted)
    found = entity_index.of_batch(batch) if any(row.schema_name for row in rows) else {}
    yield from stage_events(
        context,
        rows=rows,
        counted=counted,
        settings=settings,
        more=entity_metadata(rows, found),
    )


def entity_metadata(
    rows: Sequence[EntityRow], found: Mapping[str, BatchEntities]
) -> dict[str, dg.MetadataValue]:
    """What a batch's photos are on by now, and what of their answers was dropped."""
    shown: dict[str, dg.MetadataValue] = {}
    if found:
        shown["entities"] = dg.MetadataValue.table(
            [
                dg.TableRecord(
                    {
                        "schema": schema,
                        "items": counts.items,
                        "entities": counts.entities,
                        "new": counts.new,
                        "merged with other batches": counts.shared,
                    }
                )
                for schema, counts in found.items()
            ]
        )
    dropped = drop_records(rows)
    if dropped:
        shown["dropped_items"] = dg.MetadataValue.table(
            [dg.TableRecord(record) for record in dropped[:_DROPS_SHOWN]]
        )
        if len(dropped) > _DROPS_SHOWN:
            shown["more_dropped_items"] = dg.MetadataValue.int(len(dropped) - _DROPS_SHOWN)
    return shown
