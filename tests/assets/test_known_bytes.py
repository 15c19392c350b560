"""Photos whose bytes were in an earlier batch: they cost no work again."""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from darkroom.batches import Batch
from darkroom.results import PhotoResult
from darkroom.stages.batch_tables import STAGE_ROWS, read_results
from darkroom.storage.blobs import blob_name
from orchestration.announcing import announce
from orchestration.intake import Sender, take_in

if TYPE_CHECKING:
    from tests.assets.conftest import Pipeline

WORK = ("validations", "texts", "codes")
"""Their rows say what the work on a photo took; that of the whole ingest stands in its verdict."""

OF_THE_BATCH = {"batch", "photo_id", "filename", "uri", "duplicate_of", "near_duplicates"} | {
    "delivered_uri"
}


def copied(pipeline: "Pipeline", source: Path, to: str) -> Batch:
    """A batch of another owner with the same photos under other names."""
    folder = pipeline.folder / to
    folder.mkdir()
    for path in source.iterdir():
        shutil.copyfile(path, folder / f"{to}-{path.name}")
    [batch] = take_in(pipeline.adapters, str(folder), Sender("ben")).batches
    announce(pipeline.instance, [batch])
    return batch


def work_s(pipeline: "Pipeline", batch: Batch) -> dict[str, float]:
    """Seconds of work on all photos, by stage."""
    tables = pipeline.adapters.tables
    return {
        stage: sum(row.seconds for row in tables.read(stage, batch.key, STAGE_ROWS[stage]))
        for stage in WORK
    }


def results(pipeline: "Pipeline", batch: Batch) -> list[PhotoResult]:
    return read_results(pipeline.adapters.tables, batch.key)


def said(pipeline: "Pipeline", batch: Batch) -> list[dict[str, object]]:
    """All that follows from the photos' bytes."""
    return [each.model_dump(exclude=OF_THE_BATCH) for each in results(pipeline, batch)]


def test_known_bytes_are_not_worked_on_again(pipeline: "Pipeline") -> None:
    """Neither those that were accepted nor the rejected; whoever sends them, under any name."""
    source = pipeline.draw("known", "lake.jpg", "meadow.png")
    (source / "no_photo.jpg").write_bytes(b"\xff\xd8\xff\xe0 cut off" * 20)
    first = pipeline.open(source)
    assert pipeline.run(first).failed_steps == {}
    again = copied(pipeline, source, "again")
    run = pipeline.run(again)

    assert run.failed_steps == {}
    assert all(seconds > 0 for seconds in work_s(pipeline, first).values())
    assert work_s(pipeline, again) == dict.fromkeys(WORK, 0.0)
    assert said(pipeline, again) == said(pipeline, first)
    assert [each.outcome for each in results(pipeline, again)] == ["done", "done", "rejected"]
    assert [each.duplicate_of for each in results(pipeline, again)[:2]] == [
        f"{first.key}/{each.photo_id}" for each in results(pipeline, first)[:2]
    ]


def test_other_settings_are_other_work(
    pipeline: "Pipeline", monkeypatch: pytest.MonkeyPatch
) -> None:
    """A row stands for what it was made from, and that is more than bytes."""
    source = pipeline.draw("settings", "dunes.jpg")
    pipeline.run(pipeline.open(source))
    monkeypatch.setenv("DARKROOM_VALIDATION__MIN_SHARPNESS", "1")
    again = copied(pipeline, source, "sharper")
    pipeline.run(again)

    worked = work_s(pipeline, again)
    assert worked["validations"] > 0
    assert worked["codes"] == 0.0
    assert results(pipeline, again)[0].checks["blurry"].threshold == 1


def test_a_rendition_that_is_gone_is_made_again(pipeline: "Pipeline") -> None:
    """What an earlier batch says is only worth something with what it speaks of."""
    source = pipeline.draw("gone", "sea.png")
    first = pipeline.open(source)
    pipeline.run(first)
    rendition = results(pipeline, first)[0].rendition
    assert rendition is not None
    pipeline.adapters.store.delete(blob_name(rendition.sha256))
    again = copied(pipeline, source, "restored")
    pipeline.run(again)

    assert work_s(pipeline, again)["validations"] > 0
    assert said(pipeline, again) == said(pipeline, first)
    assert pipeline.adapters.store.exists(blob_name(rendition.sha256))
