"""Batches become partitions, and partitions get their first run."""

from collections.abc import Iterable

import dagster as dg

from assets.partitions import BATCHES
from darkroom.batches import Batch
from darkroom.reports.markdown import visible
from darkroom.stages.batch_tables import MANIFESTS
from orchestration.tags import PARTITION_TAG, run_tags
from orchestration.wiring import Adapters

MAX_PER_TICK = 25
"""A tick has 60 s; batches beyond it wait for the next."""


def unannounced(instance: dg.DagsterInstance, adapters: Adapters) -> list[Batch]:
    """Batches that are known but are no partitions yet, oldest first.

    Also those whose opener was stopped between the two: nothing that was opened is forgotten.
    """
    known = set(instance.get_dynamic_partitions(BATCHES))
    return [
        summary.batch for summary in adapters.records.batches() if summary.batch.key not in known
    ][:MAX_PER_TICK]


def never_run(instance: dg.DagsterInstance, batches: Iterable[Batch]) -> list[Batch]:
    """Those of the batches that are partitions for which no run was ever asked."""
    known = set(instance.get_dynamic_partitions(BATCHES))
    return [
        batch
        for batch in batches
        if batch.key in known
        and not instance.get_runs_count(dg.RunsFilter(tags={PARTITION_TAG: batch.key}))
    ][:MAX_PER_TICK]


def request(batch: Batch) -> dg.RunRequest:
    """The first run of a batch. Its run key makes asking twice harmless."""
    return dg.RunRequest(run_key=batch.key, partition_key=batch.key, tags=run_tags(batch))


def announce(instance: dg.DagsterInstance, batches: Iterable[Batch]) -> None:
    """Make batches partitions, with their manifests materialised. Repeating it adds nothing."""
    known = set(instance.get_dynamic_partitions(BATCHES))
    new = [batch for batch in batches if batch.key not in known]
    instance.add_dynamic_partitions(BATCHES, [batch.key for batch in new])
    for batch in new:
        instance.report_runless_asset_event(manifest_event(batch))


def manifest_event(batch: Batch) -> dg.AssetMaterialization:
    """Says in the lineage that a batch was made, and of what."""
    return dg.AssetMaterialization(
        asset_key=MANIFESTS,
        partition=batch.key,
        metadata={
            "photos": batch.photos,
            "owner": visible(batch.owner),
            "report": visible(batch.report or ""),
            "priority": batch.priority,
            "source": visible(batch.source),
        },
    )
