"""The Dagster instance of a home."""

import os

import pytest
import yaml

from darkroom.settings import (
    DatabaseSettings,
    DeliverySettings,
    DownloadSettings,
    RunSettings,
    Settings,
    WorkerSettings,
)
from orchestration.home import Home
from orchestration.instance import dagster_config, open_instance, pool_limits, prepare
from orchestration.launcher import ProcessRunLauncher

NARROW = Settings(
    downloads=DownloadSettings(max_ingest_steps=2),
    workers=WorkerSettings(max_cpu_steps=1),
    deliveries=DeliverySettings(max_upload_steps=2),
    database=DatabaseSettings(max_concurrent_db_operations=1),
)
WIDE = Settings(
    downloads=DownloadSettings(max_ingest_steps=5),
    workers=WorkerSettings(max_cpu_steps=4),
    deliveries=DeliverySettings(max_upload_steps=3),
    database=DatabaseSettings(max_concurrent_db_operations=2),
    runs=RunSettings(max_concurrent_runs=9, max_runs_per_owner=7),
)


def slots(home: Home, settings: Settings) -> dict[str, int]:
    with open_instance(home, settings) as instance:
        storage = instance.event_log_storage
        return {
            pool: storage.get_concurrency_info(pool).slot_count for pool in pool_limits(settings)
        }


def test_pools_have_the_limits_of_the_settings(home: Home) -> None:
    """And get new ones when the settings change, also smaller ones."""
    assert slots(home, NARROW) == {
        "downloads": 2,
        "cpu": 1,
        "uploads": 2,
        "vision": 1,
        "database": 1,
    }
    assert slots(home, WIDE) == {"downloads": 5, "cpu": 4, "uploads": 3, "vision": 1, "database": 2}
    assert slots(home, NARROW) == {
        "downloads": 2,
        "cpu": 1,
        "uploads": 2,
        "vision": 1,
        "database": 1,
    }


def test_the_file_follows_the_settings(home: Home) -> None:
    """It is written at every start, and holds what the instance is to do."""
    prepare(home, NARROW)
    prepare(home, WIDE)

    assert yaml.safe_load(home.dagster_file.read_text()) == dagster_config(WIDE)
    assert os.environ["DAGSTER_HOME"] == str(home.root)
    assert [path.name for path in home.root.iterdir() if "dagster" in path.name] == ["dagster.yaml"]


def test_the_instance_takes_every_word_of_the_file(home: Home) -> None:
    """Limits of runs and owners, no telemetry, and slots that come back."""
    with open_instance(home, WIDE) as instance:
        queue = instance.get_concurrency_config().run_queue_config
        assert queue is not None
        assert (queue.max_concurrent_runs, list(queue.tag_concurrency_limits)) == (
            9,
            [
                {
                    "key": "darkroom/owner",
                    "value": {"applyLimitPerUniqueValue": True},
                    "limit": 7,
                }
            ],
        )
        assert instance.telemetry_enabled is False
        assert instance.nux_enabled is False
        assert instance.run_monitoring_enabled is True
        assert instance.get_settings("run_monitoring")["free_slots_after_run_end_seconds"] == 1
        assert isinstance(instance.run_launcher, ProcessRunLauncher)


def test_an_unchanged_file_is_not_written_again(home: Home) -> None:
    """Whoever watches it is not woken."""
    prepare(home, NARROW)
    before = home.dagster_file.stat()
    prepare(home, NARROW)

    assert home.dagster_file.stat() == before


@pytest.mark.parametrize(
    "own", [b"telemetry: {enabled: false}\n", b"# mine\n", b"", b"# caf\xe9\n"]
)
def test_somebody_s_own_file_is_left_alone(home: Home, own: bytes) -> None:
    """A `dagster.yaml` that does not begin with our line is not ours, in whatever encoding."""
    home.dagster_file.write_bytes(own)
    prepare(home, WIDE)

    assert home.dagster_file.read_bytes() == own


def test_a_home_where_we_stand_needs_no_name(home: Home) -> None:
    """Everything that a first command needs is made."""
    fresh = Home(home.root / "deep" / "er")
    with open_instance(fresh, NARROW) as instance:
        assert instance.root_directory == str(fresh.root)
    assert fresh.inbox.is_dir()
