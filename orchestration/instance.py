"""The Dagster instance of a home: its `dagster.yaml`, and its pools."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg
import yaml
from sqlalchemy.exc import DatabaseError

from darkroom.errors import UsageError
from darkroom.settings import Settings
from orchestration.dagster_storage import remember_migrations
from orchestration.home import DAGSTER_MARK, HOME_VARIABLE, Home
from orchestration.tags import OWNER_TAG


def pool_limits(settings: Settings) -> dict[str, int]:
    """Steps at once in each pool, across all runs of the home."""
    return {
        "downloads": settings.downloads.max_ingest_steps,
        "cpu": settings.workers.max_cpu_steps,
        "uploads": settings.deliveries.max_upload_steps,
        # A step has `vision.max_concurrent_requests` under way: two would have twice as many.
        "vision": 1,
        "database": settings.database.max_concurrent_db_operations,
    }


def dagster_config(settings: Settings) -> dict[str, object]:
    """What `dagster.yaml` says."""
    return {
        "telemetry": {"enabled": False},
        # The newsletter dialog on the first visit.
        "nux": {"enabled": False},
        "concurrency": {
            "pools": {"granularity": "op", "default_limit": 1},
            "runs": {
                "max_concurrent_runs": settings.runs.max_concurrent_runs,
                "tag_concurrency_limits": [
                    {
                        "key": OWNER_TAG,
                        "value": {"applyLimitPerUniqueValue": True},
                        "limit": settings.runs.max_runs_per_owner,
                    }
                ],
            },
        },
        "run_launcher": {"module": "orchestration.launcher", "class": "ProcessRunLauncher"},
        "run_monitoring": {
            "enabled": True,
            # A killed run is noticed by the next look but one at the latest: within a minute.
            "poll_interval_seconds": 15,
            "start_timeout_seconds": 120,
            "cancel_timeout_seconds": 30,
            # Without it the pool slots of a killed run would never come back.
            "free_slots_after_run_end_seconds": 1,
        },
        # Steps announce themselves on the terminal at DEBUG; their events are kept at any level.
        "python_logs": {"python_log_level": "INFO"},
        "retention": {
            "schedule": {"purge_after_days": 30},
            "sensor": {
                "purge_after_days": {"skipped": 2, "failure": 30, "success": 30, "started": 2}
            },
        },
    }


def prepare(home: Home, settings: Settings) -> None:
    """Make the home ready: folders, `dagster.yaml`, and the environment that Dagster reads.

    A `dagster.yaml` without our first line is somebody's own and is left alone.
    """
    home.make()
    text = DAGSTER_MARK + yaml.safe_dump(dagster_config(settings), sort_keys=False)
    current = home.dagster_file.read_bytes() if home.dagster_file.is_file() else None
    if home.dagster_is_ours and current != text.encode():
        beside = home.dagster_file.with_suffix(f".{os.getpid()}")
        beside.write_text(text)
        beside.replace(home.dagster_file)
    os.environ["DAGSTER_HOME"] = os.environ[HOME_VARIABLE] = str(home.root)


@contextmanager
def open_instance(home: Home, settings: Settings) -> Iterator[dg.DagsterInstance]:
    """The home's instance, with its pools at the limits that the settings ask for.

    Raises `UsageError` for databases or a `dagster.yaml` that are damaged.
    """
    prepare(home, settings)
    remember_migrations()
    try:
        with _instance(home) as instance:
            storage = instance.event_log_storage
            set_already = {each.name: each.limit for each in storage.get_pool_limits()}
            for pool, limit in pool_limits(settings).items():
                if set_already.get(pool) != limit:
                    storage.set_concurrency_slots(pool, limit)
            yield instance
    except DatabaseError as error:
        # Its subclasses are other troubles; the class itself is a file that is no database.
        if type(error) is not DatabaseError:
            raise
        raise UsageError(
            f"a database of Dagster in {home.root} cannot be read ({error.orig}): put the folders"
            " history and schedules back from a backup, or move them away to begin a new history"
        ) from error


def _instance(home: Home) -> dg.DagsterInstance:
    try:
        return dg.DagsterInstance.get()
    except UnicodeDecodeError as error:
        raise UsageError(f"{home.dagster_file} is not UTF-8: write it anew or remove it") from error
