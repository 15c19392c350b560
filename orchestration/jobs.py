"""The jobs: one takes a batch from its manifest to its report, one keeps the home tidy."""

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from assets.manifests import manifests
from assets.partitions import batches
from darkroom.settings import Settings
from darkroom.upkeep.sweeping import sweep_all
from orchestration.executor import executor
from orchestration.maintenance import sweeps
from orchestration.tags import run_tags
from orchestration.wiring import Adapters

PROCESS_BATCH = "process_batch"
MAINTENANCE = "maintenance"
OF_A_VISION_MODEL = ("analyses", "entities")


def process_batch(adapters: Adapters) -> UnresolvedAssetJobDefinition:
    """All assets of one batch. What stands from an earlier run is kept."""

    def tags(key: str) -> dict[str, str]:
        """Of every run, also of those that a person starts in the UI."""
        batch = adapters.records.batch(key)
        return run_tags(batch) if batch else {}

    return dg.define_asset_job(
        PROCESS_BATCH,
        selection=dg.AssetSelection.all()
        - dg.AssetSelection.assets(manifests.key)
        - _switched_off(adapters.settings),
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


def _switched_off(settings: Settings) -> dg.AssetSelection:
    """Stages that no batch needs: each would cost a process and some twenty events to say so."""
    return dg.AssetSelection.assets(*([] if settings.vision.model else OF_A_VISION_MODEL))


def maintenance(adapters: Adapters) -> dg.JobDefinition:
    """Removes what nobody needs any more; harmless at any time."""

    @dg.op(out=dg.Out(dg.Nothing))
    def prune(context: dg.OpExecutionContext) -> None:
        """As `darkroom prune` does."""
        ends = sweep_all(
            sweeps(adapters, context.instance),
            dry_run=False,
            tell=lambda kind, leftover: context.log.debug("%s: %s", kind, leftover.name),
        )
        for end in ends:
            context.log.info("%s: %d removed, %d bytes", end.kind, end.count, end.bytes)
        context.add_output_metadata(
            {
                end.kind: dg.MetadataValue.text(f"{end.count} removed, {end.bytes:,} bytes")
                for end in ends
            }
        )

    @dg.job(
        name=MAINTENANCE,
        executor_def=dg.in_process_executor,
        description="Removes what nobody needs any more, and nothing that a batch still names.",
    )
    def job() -> None:
        prune()

    return job
