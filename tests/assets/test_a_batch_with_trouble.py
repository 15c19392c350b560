"""One run over six photos: three sound, one dark, one cut off, one that is not there."""

import csv
import hashlib
import io
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dagster as dg
import pytest
from PIL import Image
from sqlalchemy import create_engine, text

from darkroom.batches import Batch
from darkroom.rows import PhotoRow
from darkroom.stages.batch_tables import STAGE_ROWS, read_results
from orchestration.jobs import OF_A_VISION_MODEL

if TYPE_CHECKING:
    from tests.assets.conftest import Pipeline, Run

STAGES = [stage for stage in STAGE_ROWS if stage not in OF_A_VISION_MODEL]
NAMES = ["lake.jpg", "meadow.png", "sea.webp", "dark.jpg", "cut.jpg", "gone.jpg"]


@dataclass(frozen=True)
class Story:
    """What was there before, the run, and what is there after it."""

    pipeline: "Pipeline"
    batch: Batch
    run: "Run"
    before: dict[str, str]
    source: Path

    def rows(self, stage: str) -> dict[str, Any]:
        """A stage's rows by the file's name."""
        tables = self.pipeline.adapters.tables
        names = [row.filename for row in tables.read("photos", self.batch.key, PhotoRow)]
        return dict(zip(names, tables.read(stage, self.batch.key, STAGE_ROWS[stage]), strict=True))


@pytest.fixture(scope="module")
def story(pipeline: "Pipeline") -> Story:
    source = pipeline.draw("trouble", "lake.jpg", "meadow.png", "sea.webp", "forest.jpg")
    with Image.open(source / "forest.jpg") as forest:
        forest.point(lambda level: level // 5).save(source / "dark.jpg")
    whole = (source / "forest.jpg").read_bytes()
    (source / "cut.jpg").write_bytes(whole[: len(whole) // 2])
    (source / "list.csv").write_text("\n".join(["path", *NAMES]) + "\n")
    before = contents(source)
    batch = pipeline.open(source / "list.csv")
    return Story(pipeline, batch, pipeline.run(batch), before, source)


def contents(folder: Path) -> dict[str, str]:
    return {
        path.name: f"{hashlib.sha256(path.read_bytes()).hexdigest()} {path.stat().st_mtime_ns}"
        for path in folder.iterdir()
    }


def test_every_table_has_one_row_per_photo(story: Story) -> None:
    """A photo that is rejected or failed has its row in every stage, too."""
    assert {stage: list(story.rows(stage)) for stage in STAGES} == dict.fromkeys(STAGES, NAMES)


def test_each_photo_has_its_outcome(story: Story) -> None:
    """Sound ones are done, bad ones rejected with their reason, the missing one failed."""
    results = read_results(story.pipeline.adapters.tables, story.batch.key)
    outcomes = {result.filename: (result.outcome, result.reasons) for result in results}

    assert outcomes == {
        "lake.jpg": ("done", []),
        "meadow.png": ("done", []),
        "sea.webp": ("done", []),
        "dark.jpg": ("rejected", ["dark"]),
        "cut.jpg": ("rejected", ["truncated"]),
        "gone.jpg": ("failed", []),
    }


def test_only_the_gate_is_red(story: Story) -> None:
    """Each stage is materialised; the report fails, and the run with it."""
    assert story.run.failed_steps == {
        "batch_report": (
            f"dagster._core.definitions.events.Failure: 1 of 6 photos of {story.batch.key} failed:"
            " materialise this partition again to work on just these"
        )
    }
    assert not story.run.success
    statuses = {
        name: story.pipeline.status(name, story.batch) for name in [*STAGES, "batch_report"]
    }
    assert statuses == dict.fromkeys(STAGES, "MATERIALIZED") | {"batch_report": "FAILED"}


def test_the_manifest_stands_in_the_lineage(story: Story) -> None:
    """Its partition says how many photos there are, whose, and how urgent."""
    event = story.pipeline.instance.get_latest_materialization_event(dg.AssetKey("manifests"))
    materialization = event.asset_materialization

    assert materialization.partition == story.batch.key
    assert {name: value.value for name, value in materialization.metadata.items()} == {
        "photos": 6,
        "owner": "anna",
        "report": "R-1",
        "priority": 2,
        "source": str(story.source / "list.csv"),
    }


COUNTS = ("done", "rejected", "failed", "skipped", "worked_on")


@pytest.mark.parametrize(
    ("stage", "counts"),
    [
        ("photos", (5, 0, 1, 0, 6)),
        ("validations", (3, 2, 0, 1, 6)),
        ("hashes", (4, 0, 0, 2, 6)),
        ("renditions", (4, 0, 0, 2, 6)),
        ("texts", (3, 0, 0, 3, 3)),
        ("codes", (3, 0, 0, 3, 3)),
        ("detections", (0, 0, 0, 6, 0)),
        ("duplicates", (3, 0, 0, 3, 3)),
        ("deliveries", (5, 0, 0, 1, 5)),
        ("records", (6, 0, 0, 0, 6)),
    ],
)
def test_materialisations_count_outcomes(story: Story, stage: str, counts: tuple[int, ...]) -> None:
    """Counts are those of the table; `worked_on` is what this run did."""
    shown = story.run.metadata[stage]
    outcomes = Counter(row.outcome.value for row in story.rows(stage).values())

    assert tuple(shown[name] for name in COUNTS) == counts
    assert shown["photos"] == 6
    assert {name: shown[name] for name in COUNTS[:-1]} == {
        name: outcomes[name] for name in COUNTS[:-1]
    }


def test_the_failed_photo_stands_in_a_table(story: Story) -> None:
    """Photo, kind, message and attempts, where the stage that failed is looked at."""
    gone = story.rows("photos")["gone.jpg"]
    [record] = story.run.metadata["photos"]["failures"].records

    assert record.data == {
        "photo": gone.photo_id,
        "error": "NotFound",
        "message": f"{gone.uri} is not there",
        "attempts": 1,
        "retryable": False,
    }
    assert "failures" not in story.run.metadata["validations"]


def test_the_failed_photo_is_observed_in_its_stage(story: Story) -> None:
    """An observation of the asset and partition in which it failed, and of no other stage."""
    gone = story.rows("photos")["gone.jpg"]
    [observed] = [
        each for each in story.run.observations if each.asset_key.path != ["batch_report"]
    ]

    assert (observed.asset_key.path, observed.partition) == (["photos"], story.batch.key)
    assert observed.description == f"{gone.photo_id} failed: {gone.uri} is not there"
    assert observed.metadata["error_type"].value == "NotFound"


def test_checks_answer_per_partition(story: Story) -> None:
    """Of each stage and the report; not passed where a photo failed."""
    checks = story.run.checks
    red = {name for name, check in checks.items() if not check.passed}

    assert set(checks) == {*STAGES, "batch_report"}
    assert red == {"photos", "batch_report"}
    assert {check.partition for check in checks.values()} == {story.batch.key}
    assert {name: value.value for name, value in checks["photos"].metadata.items()} == {
        "failed": 1,
        "failures_accepted": 0,
        "photos": 6,
    }


def test_the_report_is_shown_though_it_failed(story: Story) -> None:
    """Counts, contact sheet, reasons and failures, as an observation of its partition."""
    [report] = [each for each in story.run.observations if each.asset_key.path == ["batch_report"]]
    shown = {name: value.value for name, value in report.metadata.items()}

    assert (shown["photos"], shown["done"], shown["rejected"], shown["failed"]) == (6, 3, 2, 1)
    assert str(shown["contact_sheet"]).startswith("![contact sheet](data:image/jpeg;base64,/9j/")
    assert [record.data["file"] for record in shown["failures"].records] == ["gone.jpg"]
    assert [record.data for record in shown["failures_by_reason"].records] == [
        {
            "error": "NotFound",
            "photos": 1,
            "stages": "photos",
            "may pass later": "no",
            "for example": f"{story.rows('photos')['gone.jpg'].uri} is not there",
            "of": "gone.jpg",
        }
    ]
    assert str(shown["reasons"]).splitlines()[2:] == [
        "| rejected | dark | 1 |",
        "| rejected | truncated | 1 |",
        "| failed | photos: NotFound | 1 |",
    ]
    assert report.partition == story.batch.key


def test_every_photo_stands_in_the_database(story: Story) -> None:
    """With its outcome, and the batch with its counts."""
    engine = create_engine(f"sqlite:///{story.pipeline.adapters.home.records}")
    with engine.connect() as connection:
        photos = connection.execute(text("SELECT filename, outcome FROM photos")).all()
        [counts] = connection.execute(text("SELECT photos, done, rejected, failed FROM batches"))
    engine.dispose()

    assert Counter(outcome for _, outcome in photos) == {"done": 3, "rejected": 2, "failed": 1}
    assert sorted(name for name, _ in photos) == sorted(NAMES)
    assert tuple(counts) == (6, 3, 2, 1)


def test_what_is_delivered_lies_in_its_folder(story: Story) -> None:
    """Accepted renditions, rejected originals, and a list of all that says where each one is."""
    delivered = story.pipeline.adapters.home.delivered
    rejected = {path.read_bytes() for path in (delivered / "rejected").iterdir()}
    [listed] = (delivered / "results").rglob("results.csv")
    rows = list(csv.DictReader(io.StringIO(listed.read_text("utf-8"))))

    assert len(list((delivered / "accepted").iterdir())) == 3
    assert rejected == {(story.source / name).read_bytes() for name in ("dark.jpg", "cut.jpg")}
    assert [row["filename"] for row in rows] == NAMES
    assert [bool(row["delivered_uri"]) for row in rows] == [True] * 5 + [False]


def test_sources_are_left_as_they_were(story: Story) -> None:
    """Neither bytes nor times of the sender's files change, and nothing is put beside them."""
    assert contents(story.source) == story.before


def test_scratch_is_left_empty(story: Story) -> None:
    """Nothing of a photo stays where it was worked on."""
    assert [
        path for path in story.pipeline.adapters.home.scratch.rglob("*") if path.is_file()
    ] == []
