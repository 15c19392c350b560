"""A backfill of failed partitions, asked for as the UI does it: over GraphQL, of a real `up`."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from darkroom.samples import scenes
from orchestration.home import Home
from tests.orchestration.held_runs import until
from tests.web_server import WebServer

if TYPE_CHECKING:
    from tests.orchestration.command_line.conftest import Command

SIZE = (320, 240)


@pytest.fixture
def web(home: Home, tmp_path: Path, darkroom_process: "Command") -> Iterator[WebServer]:
    """A home with a healthy batch, and one of three photos of which one failed and is mended."""
    for folder in ("sound", "mixed"):
        (tmp_path / folder).mkdir()
    scenes.lake(SIZE).save(tmp_path / "sound" / "lake.jpg")
    scenes.sea(SIZE).save(tmp_path / "mixed" / "sea.jpg")
    scenes.parcel("DR-1", "DR-1", (640, 480)).save(tmp_path / "mixed" / "parcel.png")
    manifest = tmp_path / "mixed" / "list.csv"
    manifest.write_text("path\nsea.jpg\nparcel.png\nlate.jpg\n")
    at_home = ("--home", str(home.root))
    imported = darkroom_process("import", str(tmp_path / "sound"), str(manifest), *at_home)
    assert imported.code == 3, imported
    scenes.lake((400, 300)).save(tmp_path / "mixed" / "late.jpg")
    command = [str(Path(sys.executable).with_name("darkroom")), "up", "--port", "0", *at_home]
    output = tmp_path / "said"
    with output.open("wb") as said:
        up = subprocess.Popen(
            command, stdout=said, stderr=said, env=os.environ | {"COLUMNS": "400"}
        )
    try:
        until(lambda: "Dagster is at " in output.read_text() or up.poll() is not None)
        [address] = re.findall("Dagster is at (.*)", output.read_text())
        yield WebServer(address)
    finally:
        up.terminate()
        up.wait()


@pytest.mark.timeout(900)  # an import, a start of everything, and a run
def test_a_backfill_of_failed_partitions_works_on_failed_photos_only(web: WebServer) -> None:
    """Of two batches the failed one is run, and of its photos the failed one is worked on."""
    before = web.partitions()
    [failed] = before["failedPartitions"]
    [sound] = before["materializedPartitions"]

    backfill = web.backfill(before["failedPartitions"])
    until(lambda: web.has_ended(backfill), poll_s=1)

    [run] = web.runs(**{"dagster/backfill": backfill})
    assert run["status"] == "SUCCESS"
    assert {"key": "dagster/partition", "value": failed} in run["tags"]
    assert sorted(web.partitions()["materializedPartitions"]) == sorted([failed, sound])
    assert len(web.runs(**{"dagster/partition": sound})) == 1
    assert web.worked_on(run["runId"]) == {
        **dict.fromkeys(("photos", "validations", "hashes", "renditions"), 1),
        **dict.fromkeys(("texts", "codes", "deliveries", "records"), 1),
        "detections": 0,  # without a model
        "duplicates": 3,  # compares a batch as a whole
    }
