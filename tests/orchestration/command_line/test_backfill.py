"""A backfill of failed partitions, asked for as the UI does it: over GraphQL, of a real `up`."""

import json
import os
import re
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from darkroom.samples import scenes
from orchestration.home import Home
from tests.orchestration.held_runs import until

if TYPE_CHECKING:
    from tests.orchestration.command_line.conftest import Command

SIZE = (320, 240)

PARTITIONS = """
query Partitions($gate: [AssetKeyInput!]!) {
  assetNodes(assetKeys: $gate) {
    assetPartitionStatuses {
      ... on DefaultPartitionStatuses { materializedPartitions failedPartitions }
    }
  }
}
"""

LAUNCH = """
mutation LaunchPartitionBackfill($backfillParams: LaunchBackfillParams!) {
  launchPartitionBackfill(backfillParams: $backfillParams) {
    __typename
    ... on LaunchBackfillSuccess { backfillId }
    ... on PythonError { message }
  }
}
"""

RUNS = """
query Runs($filter: RunsFilter!) {
  runsOrError(filter: $filter) {
    ... on Runs { results { runId status tags { key value } } }
  }
}
"""

WORK = """
query Work($runId: ID!) {
  runOrError(runId: $runId) {
    ... on Run {
      assetMaterializations {
        assetKey { path }
        metadataEntries { label ... on IntMetadataEntry { intValue } }
      }
    }
  }
}
"""


@dataclass(frozen=True)
class WebServer:
    """The GraphQL of a `darkroom up`."""

    address: str

    def ask(self, query: str, **variables: object) -> dict[str, Any]:
        request = urllib.request.Request(  # noqa: S310 - our own server
            f"{self.address}/graphql",
            json.dumps({"query": query, "variables": variables}).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - our own server
            told = json.load(answer)
        assert "errors" not in told, told
        data: dict[str, Any] = told["data"]
        return data

    def partitions(self) -> dict[str, list[str]]:
        """Of the gate, by status."""
        [node] = self.ask(PARTITIONS, gate=[{"path": ["batch_report"]}])["assetNodes"]
        found: dict[str, list[str]] = node["assetPartitionStatuses"]
        return found

    def backfill(self, partitions: list[str]) -> str:
        """What the dialog *Materialize* of the job sends."""
        repository = {
            "repositoryName": "__repository__",
            "repositoryLocationName": "orchestration.definitions",
        }
        launched = self.ask(
            LAUNCH,
            backfillParams={
                "selector": {
                    "partitionSetName": "process_batch_partition_set",
                    "repositorySelector": repository,
                },
                "partitionNames": partitions,
                "fromFailure": False,
                "tags": [],
            },
        )["launchPartitionBackfill"]
        assert launched["__typename"] == "LaunchBackfillSuccess", launched
        backfill: str = launched["backfillId"]
        return backfill

    def runs(self, **tags: str) -> list[dict[str, Any]]:
        wanted = [{"key": key, "value": value} for key, value in tags.items()]
        found: list[dict[str, Any]] = self.ask(RUNS, filter={"tags": wanted})["runsOrError"][
            "results"
        ]
        return found

    def has_ended(self, backfill: str) -> bool:
        runs = self.runs(**{"dagster/backfill": backfill})
        return bool(runs) and all(run["status"] in ("SUCCESS", "FAILURE") for run in runs)

    def worked_on(self, run: str) -> dict[str, int]:
        """Photos that each stage worked on in a run."""
        made = self.ask(WORK, runId=run)["runOrError"]["assetMaterializations"]
        return {
            each["assetKey"]["path"][0]: entry["intValue"]
            for each in made
            for entry in each["metadataEntries"]
            if entry["label"] == "worked_on"
        }


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
