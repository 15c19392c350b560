"""The GraphQL of a `darkroom up`, asked as the UI asks it."""

import json
import urllib.request
from dataclasses import dataclass
from typing import Any

_REPOSITORY = {
    "repositoryName": "__repository__",
    "repositoryLocationName": "orchestration.definitions",
}

_PARTITIONS = """
query Partitions($gate: [AssetKeyInput!]!) {
  assetNodes(assetKeys: $gate) {
    assetPartitionStatuses {
      ... on DefaultPartitionStatuses { materializedPartitions failedPartitions }
    }
  }
}
"""

_LAUNCH = """
mutation LaunchPartitionBackfill($backfillParams: LaunchBackfillParams!) {
  launchPartitionBackfill(backfillParams: $backfillParams) {
    __typename
    ... on LaunchBackfillSuccess { backfillId }
    ... on PythonError { message }
  }
}
"""

_TERMINATE = """
mutation Terminate($runIds: [String!]!, $terminatePolicy: TerminateRunPolicy) {
  terminateRuns(runIds: $runIds, terminatePolicy: $terminatePolicy) {
    ... on TerminateRunsResult { terminateRunResults { __typename } }
    ... on PythonError { message }
  }
}
"""

_RUNS = """
query Runs($filter: RunsFilter!) {
  runsOrError(filter: $filter) {
    ... on Runs { results { runId status tags { key value } } }
  }
}
"""

_WORK = """
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

_TICKS = """
query Ticks($sensor: SensorSelector!) {
  sensorOrError(sensorSelector: $sensor) {
    ... on Sensor { sensorState { ticks(limit: 100) { timestamp status } } }
  }
}
"""


@dataclass(frozen=True)
class WebServer:
    """By the address that `darkroom up` names."""

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
        [node] = self.ask(_PARTITIONS, gate=[{"path": ["batch_report"]}])["assetNodes"]
        found: dict[str, list[str]] = node["assetPartitionStatuses"]
        return found

    def backfill(self, partitions: list[str]) -> str:
        """What the dialog *Materialize* of the job sends."""
        launched = self.ask(
            _LAUNCH,
            backfillParams={
                "selector": {
                    "partitionSetName": "process_batch_partition_set",
                    "repositorySelector": _REPOSITORY,
                },
                "partitionNames": partitions,
                "fromFailure": False,
                "tags": [],
            },
        )["launchPartitionBackfill"]
        assert launched["__typename"] == "LaunchBackfillSuccess", launched
        backfill: str = launched["backfillId"]
        return backfill

    def terminate(self, run: str) -> None:
        """What the button *Terminate* sends; returns once the run's process was asked to stop."""
        answer = self.ask(_TERMINATE, runIds=[run], terminatePolicy="SAFE_TERMINATE")
        [result] = answer["terminateRuns"]["terminateRunResults"]
        assert result["__typename"] == "TerminateRunSuccess", result

    def runs(self, **tags: str) -> list[dict[str, Any]]:
        wanted = [{"key": key, "value": value} for key, value in tags.items()]
        found: list[dict[str, Any]] = self.ask(_RUNS, filter={"tags": wanted})["runsOrError"][
            "results"
        ]
        return found

    def has_ended(self, backfill: str) -> bool:
        runs = self.runs(**{"dagster/backfill": backfill})
        return bool(runs) and all(run["status"] in ("SUCCESS", "FAILURE") for run in runs)

    def worked_on(self, run: str) -> dict[str, int]:
        """Photos that each stage worked on in a run."""
        made = self.ask(_WORK, runId=run)["runOrError"]["assetMaterializations"]
        return {
            each["assetKey"]["path"][0]: entry["intValue"]
            for each in made
            for entry in each["metadataEntries"]
            if entry["label"] == "worked_on"
        }

    def ticks(self, sensor: str, *, since: float) -> int:
        """Ticks of a sensor that began after `since`, in seconds of the epoch, and have ended."""
        state = self.ask(_TICKS, sensor={**_REPOSITORY, "sensorName": sensor})["sensorOrError"]
        return sum(
            tick["timestamp"] > since and tick["status"] in ("SUCCESS", "SKIPPED")
            for tick in state["sensorState"]["ticks"]
        )
