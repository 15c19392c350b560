"""What a second run does: nothing, or just what is missing."""

import hashlib
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from darkroom.reports.delivering import results_name
from darkroom.stages.batch_tables import STAGE_ROWS, read_results
from darkroom.storage.tables import table_name
from orchestration.jobs import OF_A_VISION_MODEL

if TYPE_CHECKING:
    from tests.assets.conftest import Pipeline, Run

STAGES = [stage for stage in STAGE_ROWS if stage not in OF_A_VISION_MODEL]
INGEST = ("photos", "validations", "hashes", "renditions")
NOTHING = dict.fromkeys(STAGES, 0)


def worked_on(run: "Run") -> dict[str, int]:
    return {stage: run.metadata[stage]["worked_on"] for stage in STAGES}


def dumped(database: Path) -> str:
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    try:
        return hashlib.sha256("\n".join(connection.iterdump()).encode()).hexdigest()
    finally:
        connection.close()


def test_a_healthy_batch_is_not_worked_on_twice(pipeline: "Pipeline") -> None:
    """No photo in any stage, and no file or record is written again."""
    batch = pipeline.open(pipeline.draw("healthy", "lake.jpg", "meadow.png"))
    first = pipeline.run(batch)
    files, rows = pipeline.outputs(), dumped(pipeline.adapters.home.records)
    second = pipeline.run(batch)

    assert (first.failed_steps, second.failed_steps) == ({}, {})
    assert worked_on(second) == NOTHING
    assert pipeline.outputs() == files
    assert dumped(pipeline.adapters.home.records) == rows
    assert pipeline.status("batch_report", batch) == "MATERIALIZED"


@pytest.mark.parametrize("stage", ["hashes", "texts", "duplicates", "deliveries", "records"])
def test_a_table_that_was_deleted_comes_back(pipeline: "Pipeline", stage: str) -> None:
    """With all that it said, though every other table stands; so does the list of results."""
    batch = pipeline.open(pipeline.draw(f"without-{stage}", "lake.jpg", "meadow.png"))
    assert pipeline.run(batch).failed_steps == {}
    tables, target = pipeline.adapters.tables, pipeline.adapters.delivery_target
    before, listed = read_results(tables, batch.key), target.read(results_name(batch.key))
    tables.store.delete(table_name(stage, batch.key))
    target.delete(results_name(batch.key))
    again = pipeline.run(batch)

    assert again.failed_steps == {}
    assert read_results(tables, batch.key) == before
    assert target.read(results_name(batch.key)) == listed


def test_a_mended_photo_is_the_only_one_worked_on(pipeline: "Pipeline") -> None:
    """Once its file is there, the batch turns green; the others are left alone."""
    source = pipeline.draw("mended", "dunes.jpg", "sea.jpg", "forest.jpg")
    (source / "list.csv").write_text("path\ndunes.jpg\nsea.jpg\nforest.jpg\n")
    kept = (source / "sea.jpg").rename(source / "sea.away")
    batch = pipeline.open(source / "list.csv")
    red = pipeline.run(batch)
    red_state = pipeline.status("batch_report", batch)
    kept.rename(source / "sea.jpg")
    green = pipeline.run(batch)

    assert (red.success, red_state) == (False, "FAILED")
    assert (green.success, pipeline.status("batch_report", batch)) == (True, "MATERIALIZED")
    # Without a model nothing is detected. Duplicates are compared for a whole batch.
    assert worked_on(green) == dict.fromkeys(STAGES, 1) | {
        "detections": 0,
        "duplicates": 3,
    }
    results = read_results(pipeline.adapters.tables, batch.key)
    assert {result.filename: result.outcome for result in results} == {
        "dunes.jpg": "done",
        "sea.jpg": "done",
        "forest.jpg": "done",
    }
    assert green.checks["photos"].passed


def test_a_green_batch_that_fails_later_is_red(
    pipeline: "Pipeline",
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What stood is no excuse: a run that fails after a good one shows."""
    batch = pipeline.open(pipeline.draw("later", "lake.png"))
    assert pipeline.run(batch).failed_steps == {}
    monkeypatch.setenv("DARKROOM_DELIVERIES__URL", "/dev/null/nowhere")
    monkeypatch.setenv("DARKROOM_RUNS__STEP_RETRY_WAIT_S", "0.01")
    broken = pipeline.run(batch)

    assert list(broken.failed_steps) == ["deliveries"]
    assert pipeline.status("deliveries", batch) == "FAILED"
    assert pipeline.status("batch_report", batch) == "FAILED"


def test_a_new_threshold_needs_no_source(
    pipeline: "Pipeline",
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Verdicts are made anew from the kept originals; what does not depend on them stands."""
    source = pipeline.draw("threshold", "meadow.jpg", "sea.png")
    batch = pipeline.open(source)
    first = pipeline.run(batch)
    for path in source.iterdir():
        path.unlink()
    monkeypatch.setenv("DARKROOM_VALIDATION__MIN_ENTROPY_BITS", "1.5")
    again = pipeline.run(batch)

    assert (first.failed_steps, again.failed_steps) == ({}, {})
    # The new threshold stands in every photo's checks, and so in its record.
    assert worked_on(again) == NOTHING | dict.fromkeys(INGEST, 2) | {"records": 2}
    results = read_results(pipeline.adapters.tables, batch.key)
    assert {result.checks["low_information"].threshold for result in results} == {1.5}


def test_a_threshold_that_rejects_undoes_what_followed(
    pipeline: "Pipeline",
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A photo that was accepted and is rejected now is skipped by all later stages."""
    batch = pipeline.open(pipeline.draw("stricter", "forest.jpg"))
    assert pipeline.run(batch).failed_steps == {}
    monkeypatch.setenv("DARKROOM_VALIDATION__MIN_WIDTH_PX", "1000")
    again = pipeline.run(batch)

    assert again.failed_steps == {}
    assert again.metadata["texts"]["skipped"] == 1
    [result] = read_results(pipeline.adapters.tables, batch.key)
    assert (result.outcome, result.reasons, result.text) == ("rejected", ["width"], None)
    assert result.delivered_uri is not None
    assert "/rejected/" in result.delivered_uri


def test_a_new_hash_source_makes_hashes_alone(
    pipeline: "Pipeline",
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Verdicts and renditions keep their rows, whatever else the step looked at."""
    batch = pipeline.open(pipeline.draw("hashed", "dunes.png"))
    assert pipeline.run(batch).failed_steps == {}
    tables = pipeline.adapters.tables
    before = {stage: tables.read(stage, batch.key, STAGE_ROWS[stage]) for stage in INGEST}
    monkeypatch.setenv("DARKROOM_HASHES__HASH_SOURCE", "original")
    again = pipeline.run(batch)
    after = {stage: tables.read(stage, batch.key, STAGE_ROWS[stage]) for stage in INGEST}

    assert again.failed_steps == {}
    assert [stage for stage in INGEST if before[stage] != after[stage]] == ["hashes"]
    assert worked_on(again)["texts"] == 0


def test_nothing_is_observed_beyond_the_bound(
    pipeline: "Pipeline",
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A batch whose photos all fail does not flood the lineage; its table has them all."""
    monkeypatch.setenv("DARKROOM_RUNS__OBSERVATIONS_PER_BATCH", "2")
    folder = pipeline.draw("flood")
    (folder / "list.csv").write_text("path\n" + "".join(f"gone-{n}.jpg\n" for n in range(5)))
    run = pipeline.run(pipeline.open(folder / "list.csv"))
    observed = [each for each in run.observations if each.asset_key.path == ["photos"]]

    assert len(observed) == 2
    assert len(run.metadata["photos"]["failures"].records) == 5
