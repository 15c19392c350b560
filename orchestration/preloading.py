"""What a run's processes have imported when they start: each is forked from one that has."""

from darkroom.work.fork_servers import fork_server_here
from orchestration.dagster_storage import remember_migrations

PRELOAD = [
    # Imported once for all steps, and for their photo workers, which are forked from them.
    "assets.every",
    "darkroom.imaging.examination",
    "darkroom.recognition.from_file",
    "orchestration.command_line.main",
    "orchestration.definitions",
    "resources.fetching.http",
    "resources.ocr.tesserocr_reader",
    # What these would import only when a step runs. Opening the instance alone takes four hundred.
    "PIL.PpmImagePlugin",
    "alembic.command",
    "dagster._core.definitions.external_asset",
    "dagster._core.definitions.repository_definition.repository_data_builder",
    "dagster._core.instance.factory",
    "dagster._core.instance.runs.run_domain",
    "dagster._core.secrets.env_file",
    "dagster._core.storage.local_compute_log_manager",
    "dagster._core.storage.migration.utils",
    "dagster._core.storage.root",
    "dagster._core.storage.sqlite_storage",
    "dagster._core.system_config.composite_descent",
    "dagster._core.utility_ops",
    "dagster._core.workspace.autodiscovery",
    "dagster._utils.test.definitions",
    "dateutil.relativedelta",
    "encodings.ascii",
    "fsspec.implementations.local",
    "pyarrow.dataset",
    "scipy.fftpack",
    "scipy.ndimage",
    "sqlalchemy.dialects.sqlite",
    "upath.core",
    "upath.implementations.local",
]


def fork_runs_from_here() -> None:
    """Processes of runs, or of a run's steps. To be called before there are threads."""
    remember_migrations()
    fork_server_here(PRELOAD)
