"""A home of each test's own, named by the environment, and an instance without batches."""

import os
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from assets.partitions import BATCHES
from orchestration.home import HOME_VARIABLE, Home


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """An empty folder, in a working directory and an environment without settings."""
    for name in [name for name in os.environ if name.upper().startswith("DARKROOM_")]:
        monkeypatch.delenv(name)
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv(HOME_VARIABLE, str(folder))
    monkeypatch.setenv("DAGSTER_HOME", str(folder))  # so that it is put back afterwards
    monkeypatch.chdir(tmp_path)
    return Home(folder)


@pytest.fixture(scope="session")
def lasting_instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dg.DagsterInstance]:
    """In files: ticks resolve partitions only on an instance that others can open."""
    with dg.DagsterInstance.local_temp(str(tmp_path_factory.mktemp("instance"))) as instance:
        yield instance


@pytest.fixture
def instance(lasting_instance: dg.DagsterInstance) -> Iterator[dg.DagsterInstance]:
    """Without any batch. Making one anew for each test takes a second and more."""
    yield lasting_instance
    for key in lasting_instance.get_dynamic_partitions(BATCHES):
        lasting_instance.delete_dynamic_partition(BATCHES, key)
