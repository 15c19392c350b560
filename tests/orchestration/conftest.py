"""A home of each test's own, named by the environment; the real instance in it where asked for."""

import os
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

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


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance
