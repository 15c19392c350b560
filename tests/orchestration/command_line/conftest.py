"""The command `darkroom`: in this process where it runs nothing, else in one of its own."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner

from orchestration.command_line.main import app
from orchestration.home import HOME_VARIABLE


@dataclass(frozen=True)
class Ended:
    """How a command ended: its exit code, and what it wrote to standard output and error."""

    code: int
    said: str
    complained: str


Command = Callable[..., Ended]


@pytest.fixture
def darkroom(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Runs a command in this process, in an environment without settings."""
    for name in [name for name in os.environ if name.upper().startswith("DARKROOM_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "home"))
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "home"))  # so that it is put back afterwards
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> Ended:
        result = CliRunner().invoke(app, list(arguments), catch_exceptions=False)
        return Ended(result.exit_code, result.stdout, result.stderr)

    return run


@pytest.fixture(scope="session")
def darkroom_process() -> Command:
    """Runs a command as a person does."""

    def run(*arguments: str, **settings: str) -> Ended:
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith("DARKROOM_")
        }
        ended = subprocess.run(
            [str(Path(sys.executable).with_name("darkroom")), *arguments],
            capture_output=True,
            text=True,
            check=False,
            env=environment | settings | {"COLUMNS": "200"},  # workers of xdist have their own
        )
        return Ended(ended.returncode, ended.stdout, ended.stderr)

    return run
