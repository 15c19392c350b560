"""The job that takes a batch from its manifest to its report."""

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from assets.manifests import manifests
from darkroom.settings import Settings

PROCESS_BATCH = "process_batch"

PRELOAD = [
    # Imported once by the fork server: a step then starts in a fraction of a second.
    "assets.every",
    "orchestration.definitions",
    "orchestration.command_line.main",
    "dagster._core.storage.alembic",
    "sqlalchemy.dialects.sqlite",
    "darkroom.examination",
    "darkroom.recognition",
]


def executor(settings: Settings) -> dg.ExecutorDefinition:
    """Every step in a process of its own, several at a time."""
    configured: dg.ExecutorDefinition = dg.multiprocess_executor.configured(
        {
            "max_concurrent": settings.runs.max_steps_per_run,
            "start_method": {"forkserver": {"preload_modules": PRELOAD}},
        }
    )
    return configured


def process_batch(settings: Settings) -> UnresolvedAssetJobDefinition:
    """All assets of one batch. What stands from an earlier run is kept."""
    return dg.define_asset_job(
        PROCESS_BATCH,
        selection=dg.AssetSelection.all() - dg.AssetSelection.assets(manifests.key),
        executor_def=executor(settings),
        description=(
            "Takes one batch through every stage. Materialising a batch again works only on photos"
            " that failed, or whose inputs or settings changed."
        ),
    )
