"""The gate: a batch at a glance, red when any of its photos failed."""

import base64
import time
from collections.abc import Iterator

import dagster as dg

from assets.entities import entity_metadata
from assets.partitions import batches
from assets.patience import patient
from assets.stage_events import CHECK, no_failed_photos
from darkroom.ports import EntityIndex, Store
from darkroom.reports.failure_groups import failure_groups, group_records
from darkroom.reports.reporting import (
    contact_sheet_of,
    counts_of,
    failure_records,
    findings_of,
    reasons_table,
    speed_table,
    speeds,
)
from darkroom.reports.unique_ids import disagreement_records
from darkroom.reports.vision_costs import VisionCosts, vision_table
from darkroom.results import PhotoResult
from darkroom.rows import EntityRow
from darkroom.settings import Settings
from darkroom.stages.batch_tables import known_results
from darkroom.storage.replacing import put_if_changed
from darkroom.storage.tables import Tables
from darkroom.work.progress import ProgressBoard

_FAILURES_SHOWN = 100
_DISAGREEMENTS_SHOWN = 100


@dg.asset(
    partitions_def=batches,
    deps=["records"],
    group_name="results",
    kinds={"report"},
    owners=["team:darkroom"],
    check_specs=[no_failed_photos("batch_report")],
)
@patient
def batch_report(
    context: dg.AssetExecutionContext,
    settings: dg.ResourceParam[Settings],  # noqa: ARG001 - for its patience
    store: dg.ResourceParam[Store],
    tables: dg.ResourceParam[Tables],
    entity_index: dg.ResourceParam[EntityIndex],
    board: dg.ResourceParam[ProgressBoard],
) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
    """Counts, speed, contact sheet and failures of a batch.

    Fails when any photo failed, so that the batch's partition and run are red. Materialising the
    partition again, or a backfill of failed partitions, works on the failed photos only. Failures
    that a person accepted by `darkroom accept` do not count.
    """
    batch = context.partition_key
    results = known_results(tables, batch)
    run_started = context.instance.get_run_record_by_id(context.run.run_id)
    since = run_started.create_timestamp.timestamp() if run_started else time.time()
    metadata = _metadata(batch, results, store)
    fast = speeds(board.shown(batch, since=since))
    metadata["speed"] = dg.MetadataValue.md(speed_table(fast))
    costs = VisionCosts.of(results)
    if costs is not None:
        metadata["analyses"] = dg.MetadataValue.md(vision_table(costs, fast))
    said = tables.read("entities", batch, EntityRow)
    if any(row.schema_name for row in said):
        metadata |= entity_metadata(said, entity_index.of_batch(batch))
    counts = counts_of(results)
    failed = counts.failed
    if failed:
        # A failed step leaves no materialization, so the report is shown as an observation. Dagster
        # takes in what is logged at the next yield: after the last one it would be lost.
        context.log_event(
            dg.AssetObservation(asset_key="batch_report", partition=batch, metadata=metadata)
        )
    yield dg.AssetCheckResult(
        check_name=CHECK,
        passed=not failed,
        metadata={
            "failed": failed,
            "failures_accepted": counts.failures_accepted,
            "photos": counts.photos,
        },
    )
    if failed:
        raise dg.Failure(
            f"{failed} of {len(results)} photos of {batch} failed: materialise this partition"
            " again to work on just these",
            metadata=metadata,
            allow_retries=False,
        )
    yield dg.MaterializeResult(metadata=metadata)


def _metadata(batch: str, results: list[PhotoResult], store: Store) -> dict[str, dg.MetadataValue]:
    counts = counts_of(results)
    name = f"reports/{batch}/contact_sheet.jpg"
    earlier = store.read(name) if store.exists(name) else None
    sheet = contact_sheet_of(results, store, earlier)
    put_if_changed(store, name, sheet)
    shown: dict[str, dg.MetadataValue] = {
        "photos": dg.MetadataValue.int(counts.photos),
        "done": dg.MetadataValue.int(counts.done),
        "rejected": dg.MetadataValue.int(counts.rejected),
        "failed": dg.MetadataValue.int(counts.failed),
        "failures_accepted": dg.MetadataValue.int(counts.failures_accepted),
        "contact_sheet": _shown("contact sheet", sheet),
        "contact_sheet_file": dg.MetadataValue.url(store.uri(name)),
    }
    findings, name = findings_of(results, store), f"reports/{batch}/findings.jpg"
    if findings is not None:
        put_if_changed(store, name, findings)
        shown["findings"] = _shown("findings", findings)
        shown["findings_file"] = dg.MetadataValue.url(store.uri(name))
    if counts.rejected or counts.failed or counts.failures_accepted:
        shown["reasons"] = dg.MetadataValue.md(reasons_table(results))
    if counts.failed or counts.failures_accepted:
        # Tables, not Markdown: there the UI would make a stranger's URL a link.
        shown["failures_by_reason"] = dg.MetadataValue.table(
            [dg.TableRecord(record) for record in group_records(failure_groups(results))]
        )
        records = failure_records(results)
        shown["failures"] = dg.MetadataValue.table(
            [dg.TableRecord(record) for record in records[:_FAILURES_SHOWN]]
        )
        if len(records) > _FAILURES_SHOWN:
            shown["more_failures"] = dg.MetadataValue.text(
                f"{len(records) - _FAILURES_SHOWN} more: `darkroom results {batch}` has them all"
            )
    if any(result.unique_id_candidates for result in results):
        shown["unique_ids"] = dg.MetadataValue.int(sum(bool(each.unique_id) for each in results))
    if disagreements := disagreement_records(results):
        shown["unique_ids_that_disagree"] = dg.MetadataValue.table(
            [dg.TableRecord(record) for record in disagreements[:_DISAGREEMENTS_SHOWN]]
        )
    return shown


def _shown(name: str, jpeg: bytes) -> dg.MarkdownMetadataValue:
    data = base64.b64encode(jpeg).decode()
    return dg.MetadataValue.md(f"![{name}](data:image/jpeg;base64,{data})")
