"""The job that takes a batch from its manifest to its report."""

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from assets.manifests import manifests
from assets.partitions import batches
from orchestration.executor import executor
from orchestration.tags import run_tags
from orchestration.wiring import Adapters

PROCESS_BATCH = "process_batch"


def process_batch(adapters: Adapters) -> UnresolvedAssetJobDefinition:
    """All assets of one batch. What stands from an earlier run is kept."""

    def tags(key: str) -> dict[str, str]:
        """Of every run, also of those that a person starts in the UI."""
        batch = adapters.records.batch(key)
        return run_tags(batch) if batch else {}

    return dg.define_asset_job(
        PROCESS_BATCH,
        selection=dg.AssetSelection.all() - dg.AssetSelection.assets(manifests.key),
        executor_def=executor(adapters.settings),
        config=dg.PartitionedConfig(
            partitions_def=batches,
            run_config_for_partition_key_fn=lambda _: {},
            tags_for_partition_key_fn=tags,
        ),
        description=(
            "Takes one batch through every stage. Materialising a batch again works only on photos"
            " that failed, or whose inputs or settings changed."
        ),
    )
