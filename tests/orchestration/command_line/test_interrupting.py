"""`darkroom import` in the middle of its work: interrupted, and killed."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import dagster as dg
import psutil
import pytest

from darkroom.samples import scenes
from orchestration.home import Home
from orchestration.instance import open_instance
from tests.orchestration.held_runs import PATIENCE_S, Holding, adapters, holding, until

if TYPE_CHECKING:
    from tests.orchestration.command_line.conftest import Command

pytestmark = pytest.mark.timeout(900)  # imports that start a dozen processes each

INTERRUPTED = 130


@dataclass(frozen=True)
class Importing:
    """An import whose second photo is held, and all of its processes."""

    command: "subprocess.Popen[bytes]"
    held: Holding
    manifest: Path
    output: Path

    def ended(self) -> tuple[int, str]:
        """Its exit code and what it said."""
        return self.command.wait(), self.output.read_text()

    def processes(self) -> list[psutil.Process]:
        return psutil.Process(self.command.pid).children(recursive=True)

    def fork_server(self) -> psutil.Process:
        """What its runs are forked from: the one below the import that has any of its own."""
        children = psutil.Process(self.command.pid).children()
        [server] = [each for each in children if each.children()]
        return server

    def runner(self) -> psutil.Process:
        """The process of the run."""
        [runner] = self.fork_server().children()
        return runner


@pytest.fixture
def importing(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Importing]:
    monkeypatch.setenv("DARKROOM_DOWNLOADS__ALLOW_ADDRESSES", '["127.0.0.1"]')
    path = tmp_path / "said"
    with holding(tmp_path) as held, path.open("wb") as said:
        scenes.lake((160, 120)).save(tmp_path / "lake.png")
        manifest = tmp_path / "held.csv"
        manifest.write_text(f"path\nlake.png\n{held.url}\n")
        command = subprocess.Popen(
            [
                *(str(Path(sys.executable).with_name("darkroom")), "import", str(manifest)),
                *("--home", str(home.root)),
            ],
            stdout=said,
            stderr=said,
            env=os.environ | {"COLUMNS": "200"},
        )
        until(held.asked.is_set)
        yield Importing(command, held, manifest, path)
        command.kill()
        command.wait()


def _runs(home: Home) -> list[dg.DagsterRunStatus]:
    """Newest first."""
    with open_instance(home, adapters().settings) as instance:
        in_use = instance.event_log_storage.get_concurrency_info("downloads").active_slot_count
        assert in_use == 0
        return [run.status for run in instance.get_runs()]


def test_ctrl_c_cancels_the_run_and_leaves_nothing(
    home: Home, importing: Importing, darkroom_process: "Command"
) -> None:
    """No process is left, no slot taken, and the next import takes the batch up again."""
    processes = importing.processes()
    importing.command.send_signal(signal.SIGINT)
    code, said = importing.ended()
    _, left = psutil.wait_procs(processes, timeout=PATIENCE_S)

    assert (code, left) == (INTERRUPTED, []), said
    assert "Stopping; what is finished is kept." in said
    assert "Traceback" not in said
    assert _runs(home) == [dg.DagsterRunStatus.CANCELED]

    importing.held.let_go.set()
    again = darkroom_process("import", str(importing.manifest), **dict(os.environ))
    assert again.code == 0, again
    assert "1 unfinished batches taken up again" in again.said


@pytest.mark.parametrize("killed", ["runner", "fork_server"])
def test_a_killed_run_is_taken_up_by_the_import_itself(
    home: Home, importing: Importing, darkroom: "Command", killed: str
) -> None:
    """It ends as if nothing had happened; the lost run is failed."""
    process: psutil.Process = getattr(importing, killed)()
    process.kill()
    importing.held.let_go.set()
    code, said = importing.ended()

    assert code == 0, said
    assert _runs(home) == [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE]
    said = darkroom("status", "--format", "json", "--home", str(home.root)).said
    [batch] = json.loads(said)["batches"]
    assert (batch["done"], batch["state"]) == (2, "complete")


def test_nothing_outlives_an_import_that_is_killed(importing: Importing) -> None:
    """Not even its runs: they are lost, and whoever looks next takes them up."""
    processes = importing.processes()
    importing.command.kill()

    until(lambda: not any(each.is_running() for each in processes))
