"""A store or database that goes away while a batch is under way, and comes back."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import dagster as dg
import pytest

from darkroom.batches import Batch
from darkroom.rows import Row
from darkroom.stages.batch_tables import STAGE_ROWS
from darkroom.storage.checkpoints import FOLDER
from orchestration.jobs import OF_A_VISION_MODEL
from tests.camera import Camera, camera_with
from tests.gate import Gate

if TYPE_CHECKING:
    from tests.assets.conftest import Pipeline, Run
    from tests.conftest import S3Server
    from tests.postgres import PostgresServer

PHOTOS = 6


@pytest.fixture
def camera(monkeypatch: pytest.MonkeyPatch) -> Iterator[Camera]:
    monkeypatch.setenv("DARKROOM_DOWNLOADS__ALLOW_ADDRESSES", '["127.0.0.1"]')
    with camera_with(PHOTOS) as camera:
        yield camera


@pytest.fixture
def store_gate(s3_server: "S3Server", monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    """The way to an S3 store."""
    bucket = s3_server.make_bucket()
    with Gate(urlsplit(s3_server.endpoint_url).port or 0) as gate:
        monkeypatch.setenv("DARKROOM_STORE__URL", f"s3://{bucket}")
        monkeypatch.setenv("DARKROOM_S3__ENDPOINT_URL", f"http://127.0.0.1:{gate.port}")
        monkeypatch.setenv("DARKROOM_S3__MAX_ATTEMPTS", "1")
        monkeypatch.setenv("DARKROOM_RUNS__STEP_RETRY_WAIT_S", "0.01")
        yield gate


@pytest.fixture
def database_gate(
    postgres_server: "PostgresServer", postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Gate]:
    """The way to a PostgreSQL database."""
    with Gate(postgres_server.port) as gate:
        url = postgres_url.replace(str(postgres_server.port), str(gate.port))
        monkeypatch.setenv("DARKROOM_DATABASE__URL", url)
        monkeypatch.setenv("DARKROOM_RUNS__STEP_RETRY_WAIT_S", "0.01")
        yield gate


def open_batch(pipeline: "Pipeline", camera: Camera, folder: Path) -> Batch:
    manifest = folder / "urls.txt"
    manifest.write_text("\n".join(camera.urls))
    return pipeline.open(manifest)


def outcomes(pipeline: "Pipeline", batch: Batch) -> dict[str, list[str]]:
    def rows(stage: str) -> list[Row]:
        return pipeline.adapters.tables.read(stage, batch.key, STAGE_ROWS[stage])

    return {stage: [str(row.outcome) for row in rows(stage)] for stage in ALL_DONE}


def retried(run: "Run") -> set[str]:
    return {
        event.step_key or ""
        for event in run.result.all_events
        if event.event_type is dg.DagsterEventType.STEP_UP_FOR_RETRY
    }


def said(run: "Run") -> dict[str, str | None]:
    """What a person reads of each step that failed."""
    return {
        event.step_key or "": event.step_failure_data.user_failure_data.description
        for event in run.result.all_events
        if event.is_step_failure and event.step_failure_data.user_failure_data
    }


ALL_DONE = {
    stage: ["skipped" if stage == "detections" else "done"] * PHOTOS
    for stage in STAGE_ROWS
    if stage not in OF_A_VISION_MODEL
}


def test_a_step_waits_for_its_store(
    pipeline: "Pipeline", camera: Camera, store_gate: Gate, tmp_path: Path
) -> None:
    """It ends, is tried again, and goes on; in the end nothing is missing and nothing left."""
    batch = open_batch(pipeline, camera, tmp_path)

    def cut_at_the_fourth_photo(_: int) -> None:
        if len(camera.asked) == 4:
            store_gate.cut(refusing=4)

    camera.at_request = cut_at_the_fourth_photo
    run = pipeline.run(batch)

    assert (run.failed_steps, retried(run)) == ({}, {"ingest"})
    assert outcomes(pipeline, batch) == ALL_DONE
    assert list(pipeline.adapters.store.names(f"{FOLDER}/")) == []


def test_a_store_that_stays_away_fails_the_step_plainly(
    pipeline: "Pipeline",
    camera: Camera,
    store_gate: Gate,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """After some attempts, with one sentence; the batch completes once it is back."""
    monkeypatch.setenv("DARKROOM_RUNS__STEP_RETRIES", "1")
    batch = open_batch(pipeline, camera, tmp_path)

    def close_at_the_fourth_photo(_: int) -> None:
        if len(camera.asked) == 4:
            store_gate.close()

    camera.at_request = close_at_the_fourth_photo
    red = pipeline.run(batch)
    store_gate.open()
    green = pipeline.run(batch)

    bucket = urlsplit(pipeline.adapters.settings.store.url or "").netloc
    where = f"bucket {bucket} at http://127.0.0.1:{store_gate.port}"
    assert said(red) == {"ingest": f"{where} does not answer (EndpointConnectionError)"}
    assert retried(red) == {"ingest"}
    assert green.success
    assert outcomes(pipeline, batch) == ALL_DONE


def test_a_step_waits_for_its_database(
    pipeline: "Pipeline", camera: Camera, database_gate: Gate, tmp_path: Path
) -> None:
    """Connections that were open are dead, and the next ones are refused for a while."""
    batch = open_batch(pipeline, camera, tmp_path)

    def cut_at_the_last_photo(_: int) -> None:
        if len(camera.asked) == PHOTOS:
            # Once by each of the three stages that only ask it for known bytes, and go on.
            database_gate.cut(refusing=5)

    camera.at_request = cut_at_the_last_photo
    run = pipeline.run(batch)

    assert (run.failed_steps, retried(run)) == ({}, {"duplicates"})
    assert outcomes(pipeline, batch) == ALL_DONE
    [summary] = [each for each in pipeline.adapters.records.batches() if each.batch == batch]
    assert (summary.done, summary.rejected, summary.failed) == (PHOTOS, 0, 0)
    pipeline.adapters.records.close()
