"""Single assets of a batch, materialised alone."""

from typing import TYPE_CHECKING

import pytest

from darkroom.batches import Batch
from darkroom.reports.markdown import visible
from darkroom.stages.batch_tables import STAGE_ROWS

if TYPE_CHECKING:
    from tests.assets.conftest import Pipeline


@pytest.fixture(scope="module")
def batch(pipeline: "Pipeline") -> Batch:
    batch = pipeline.open(pipeline.draw("whole", "lake.jpg", "sea.png"))
    assert pipeline.run(batch).failed_steps == {}
    return batch


@pytest.mark.parametrize("stage", ["photos", "validations", "hashes", "renditions", "codes"])
def test_one_stage_runs_alone(pipeline: "Pipeline", batch: Batch, stage: str) -> None:
    """Only it is materialised and checked; its neighbours in the same step are left alone."""
    run = pipeline.run(batch, stage)

    assert run.failed_steps == {}
    assert list(run.metadata) == [stage]
    assert list(run.checks) == [stage]
    assert run.metadata[stage]["photos"] == 2


def test_a_part_follows_its_setting_alone(
    pipeline: "Pipeline",
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Validations made alone under new settings leave renditions under the old ones."""
    batch = pipeline.open(pipeline.draw("part", "forest.jpg"))
    assert pipeline.run(batch).failed_steps == {}
    monkeypatch.setenv("DARKROOM_VALIDATION__MIN_HEIGHT_PX", "1000")
    monkeypatch.setenv("DARKROOM_RENDITIONS__FORMAT", "JPEG")
    run = pipeline.run(batch, "validations")
    tables = pipeline.adapters.tables
    [verdict] = tables.read("validations", batch.key, STAGE_ROWS["validations"])
    [rendition] = tables.read("renditions", batch.key, STAGE_ROWS["renditions"])

    assert run.failed_steps == {}
    assert (verdict.outcome, verdict.reasons) == ("rejected", ["height"])
    assert rendition.format == "PNG"


@pytest.mark.parametrize(
    ("stage", "step", "missing"),
    [
        ("texts", "texts", "photos"),
        ("validations", "ingest", "photos"),
        ("hashes", "ingest", "photos"),
    ],
)
def test_a_stage_before_its_inputs_says_what_to_do(
    pipeline: "Pipeline",
    stage: str,
    step: str,
    missing: str,
) -> None:
    """One sentence, and no table of photos that were only skipped."""
    batch = pipeline.open(pipeline.draw(f"early-{stage}", "dunes.jpg"))
    run = pipeline.run(batch, stage)

    assert run.failed_steps == {
        step: (
            f"dagster._core.definitions.events.Failure: Batch {batch.key} has no {missing} yet:"
            f" materialise {missing} first."
        )
    }
    assert pipeline.adapters.tables.read(stage, batch.key, STAGE_ROWS[stage]) == []


@pytest.mark.parametrize("step", ["ingest", "deliveries", "records", "batch_report"])
@pytest.mark.parametrize("key", ["made-by-hand", "../tables/<b>\u202e"])
def test_a_partition_without_a_manifest_says_what_to_do(
    key: str, step: str, pipeline: "Pipeline"
) -> None:
    """A key that a person added by hand in the UI is no batch, and no part of a path."""
    batch = pipeline.open(pipeline.draw(f"known-{step}-{len(key)}", "meadow.jpg"))
    unknown = batch.model_copy(update={"key": key})
    pipeline.instance.add_dynamic_partitions("batches", [key])
    run = pipeline.run(unknown, *(["photos"] if step == "ingest" else [step]))

    assert run.failed_steps == {
        step: (
            f"darkroom.errors.BatchUnknown: There is no batch {visible(key)}: batches are made by"
            " `darkroom import` and the inbox."
        )
    }
