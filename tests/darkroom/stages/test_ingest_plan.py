"""A batch taken in again and again: what is worked on, and what its tables say."""

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from darkroom.imaging.examination import ExaminationSettings, examine
from darkroom.outcomes import Failure, Outcome, Reason
from darkroom.rows import Entry, HashRow, PhotoRow, RenditionRow, Row, ValidationRow
from darkroom.settings import HashSettings, RenditionSettings, ValidationSettings
from darkroom.stages.batch_tables import by_photo
from darkroom.stages.incremental import earlier
from darkroom.stages.ingest_plan import IngestPlan
from darkroom.stages.ingest_tables import EXAMINED, IngestTables
from darkroom.stages.ingesting import Ingested, Task

STAGES = ("photos", "validations", "hashes", "renditions")
DEFAULT = ExaminationSettings()
STRICTER = ExaminationSettings(validation=ValidationSettings(min_width_px=150))

GONE = Failure(error_type="NotFound", message="answered 404", retryable=False)
TOO_LARGE = Failure(error_type="BodyTooLarge", message="is too large", retryable=False)
CRASH = Failure(error_type="Crashed", message="its worker process ended", retryable=False)
LOST = Failure(error_type="OriginalMissing", message="not in the store", retryable=True)


def jpeg(seed: int) -> bytes:
    """A sharp, bright, colourful photo of noise, 120 x 90."""
    pixels = np.random.default_rng(seed).integers(0, 256, (90, 120, 3), dtype=np.uint8)
    into = io.BytesIO()
    Image.fromarray(pixels).save(into, "JPEG")
    return into.getvalue()


def entry(photo_id: str) -> Entry:
    return Entry(
        photo_id=photo_id, uri=f"http://p.test/{photo_id}", filename="a.jpg", identity=photo_id
    )


@dataclass
class Batch:
    """A batch and its tables: `run` does what the step does, in this process."""

    scratch: Path
    arriving: dict[str, bytes | Failure]
    """What a fetch of each photo brings."""
    entries: list[Entry] = field(init=False)
    crashing: set[str] = field(default_factory=set)
    kept: dict[str, bytes] = field(default_factory=dict)
    tables: dict[str, list[Row]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.entries = [entry(photo_id) for photo_id in self.arriving]

    def plan(
        self,
        selected: Sequence[str] = STAGES,
        settings: ExaminationSettings = DEFAULT,
        max_bytes: int = 1000,
    ) -> IngestPlan:
        previous = {stage: earlier(rows) for stage, rows in self.tables.items()}
        return IngestPlan(
            self.entries,
            selected=selected,
            previous=IngestTables(**previous),  # type: ignore[arg-type]  # each stage has its own row
            settings=settings,
            max_bytes=max_bytes,
        )

    def run(
        self,
        selected: Sequence[str] = STAGES,
        settings: ExaminationSettings = DEFAULT,
        max_bytes: int = 1000,
    ) -> list[Task]:
        """What was worked on; the tables of the selected stages are as the run left them."""
        plan = self.plan(selected, settings, max_bytes)
        outcomes = [plan.take(self._come_of(task, settings)) for task in plan.tasks]
        for stage in selected:
            self.tables[stage] = plan.rows(stage)
        failed = sum(
            row.outcome is Outcome.FAILED for stage in selected for row in plan.rows(stage)
        )
        assert outcomes.count(Outcome.FAILED) == failed
        return plan.tasks

    def outcomes(self, stage: str) -> dict[str, str]:
        return {row.photo_id: str(row.outcome) for row in self.tables[stage]}

    def row(self, stage: str, photo_id: str) -> Row:
        return by_photo(self.tables[stage])[photo_id]

    def _come_of(self, task: Task, settings: ExaminationSettings) -> Ingested:
        if task.kept_sha256 is not None:
            content: bytes | Failure = self.kept.get(task.kept_sha256, LOST)
        else:
            content = self.arriving[task.entry.photo_id]
        if isinstance(content, Failure):
            return Ingested(task.entry, attempts=content.attempts, failure=content)
        sha256 = hashlib.sha256(content).hexdigest()
        self.kept[sha256] = content
        if task.entry.photo_id in self.crashing:
            return Ingested(task.entry, sha256, len(content), attempts=1, failure=CRASH)
        path = self.scratch / sha256
        path.write_bytes(content)
        found = examine(path, filename=task.entry.filename, settings=settings, scratch=self.scratch)
        return Ingested(task.entry, sha256, len(content), attempts=1, examination=found)


@pytest.fixture
def mixed(tmp_path: Path) -> Batch:
    """One of each: sound, no image, gone, too large, and one whose examination crashes."""
    batch = Batch(
        tmp_path,
        {
            "sound": jpeg(1),
            "page": b"<html>please sign in to see this photo</html>" * 5,
            "gone": GONE,
            "large": TOO_LARGE,
            "crash": jpeg(2),
        },
    )
    batch.crashing = {"crash"}
    return batch


@pytest.fixture
def two(tmp_path: Path) -> Batch:
    """Two sound photos, taken in."""
    batch = Batch(tmp_path, {"b": jpeg(1), "a": jpeg(2)})
    batch.run()
    return batch


def test_every_table_has_a_row_for_every_photo(mixed: Batch) -> None:
    """Whatever became of it, in the order of the manifest."""
    mixed.run()

    assert {stage: mixed.outcomes(stage) for stage in STAGES} == {
        "photos": {
            "sound": "done",
            "page": "done",
            "gone": "failed",
            "large": "rejected",
            "crash": "done",
        },
        "validations": {
            "sound": "done",
            "page": "rejected",
            "gone": "skipped",
            "large": "rejected",
            "crash": "failed",
        },
        "hashes": {
            "sound": "done",
            "page": "skipped",
            "gone": "skipped",
            "large": "skipped",
            "crash": "skipped",
        },
        "renditions": {
            "sound": "done",
            "page": "skipped",
            "gone": "skipped",
            "large": "skipped",
            "crash": "skipped",
        },
    }
    assert all(list(mixed.outcomes(stage)) == list(mixed.arriving) for stage in STAGES)


def test_rows_say_what_became_of_a_photo(mixed: Batch) -> None:
    """A failure stands where it happened, a verdict with its reason."""
    mixed.run()
    page, large = mixed.row("validations", "page"), mixed.row("validations", "large")
    crash = mixed.row("validations", "crash")
    assert isinstance(page, ValidationRow)
    assert isinstance(large, ValidationRow)

    assert mixed.row("photos", "gone").failure == GONE
    assert mixed.row("photos", "large").failure is None
    assert (crash.failure, mixed.row("photos", "crash").failure) == (CRASH, None)
    assert page.reasons == [Reason.NOT_AN_IMAGE]
    assert large.reasons == [Reason.BYTES]
    assert large.detail == "not fetched: more than the 1000 bytes of downloads.max_bytes"


def test_a_sound_photo_has_all_its_figures(two: Batch) -> None:
    """Header, verdict, hashes and rendition, each in its table."""
    photo, hashes, rendition = (two.row(stage, "a") for stage in ("photos", "hashes", "renditions"))
    sha256 = hashlib.sha256(jpeg(2)).hexdigest()
    assert isinstance(photo, PhotoRow)
    assert isinstance(hashes, HashRow)
    assert isinstance(rendition, RenditionRow)

    assert photo == PhotoRow(
        photo_id="a",
        outcome=Outcome.DONE,
        inputs=photo.inputs,
        uri="http://p.test/a",
        filename="a.jpg",
        attempts=1,
        sha256=sha256,
        bytes=len(jpeg(2)),
        format="JPEG",
        width=120,
        height=90,
        orientation=photo.orientation,
        frames=photo.frames,
    )
    assert hashes.sha256 == sha256
    assert len(hashes.phash or "") == len(hashes.dhash or "") == 16
    assert (rendition.format, rendition.width, rendition.height) == ("PNG", 120, 90)


def test_a_second_run_over_a_settled_batch_works_on_nothing(mixed: Batch) -> None:
    """And leaves every row as it was."""
    mixed.arriving["gone"], mixed.crashing = jpeg(3), set()
    mixed.run()
    before = dict(mixed.tables)

    assert mixed.run() == []
    assert mixed.tables == before


def test_tables_of_a_settled_batch_stand(two: Batch) -> None:
    """Seen by what all stages say of its photos; not once there is something to do."""
    for stage in EXAMINED:
        two.tables[stage] = [
            Row(photo_id=row.photo_id, outcome=row.outcome, inputs=row.inputs)
            for row in two.tables[stage]
        ]

    assert two.plan().stands
    assert two.plan(["hashes"]).stands
    two.tables["hashes"].reverse()
    assert not two.plan().stands
    assert two.plan(["validations"]).stands
    del two.tables["hashes"][0]
    assert not two.plan().stands


def test_only_what_failed_is_redone(mixed: Batch) -> None:
    """A photo that did not arrive is fetched; one that did is taken from the store."""
    mixed.run()
    others = [mixed.row("hashes", photo_id) for photo_id in ("sound", "page", "large")]
    mixed.arriving["gone"], mixed.crashing = jpeg(3), set()

    tasks = mixed.run()

    assert tasks == [
        Task(entry("gone")),
        Task(entry("crash"), kept_sha256=hashlib.sha256(jpeg(2)).hexdigest()),
    ]
    assert set(mixed.outcomes("renditions").values()) == {"done", "skipped"}
    assert [mixed.row("hashes", photo_id) for photo_id in ("sound", "page", "large")] == others


def test_a_photo_redone_has_the_header_that_was_missing(mixed: Batch) -> None:
    """Its row stood from the run in which nobody could read it."""
    mixed.run()
    assert getattr(mixed.row("photos", "crash"), "width") is None  # noqa: B009 - one row of several
    mixed.crashing = set()

    mixed.run()

    photo = mixed.row("photos", "crash")
    assert isinstance(photo, PhotoRow)
    assert (photo.format, photo.width, photo.height) == ("JPEG", 120, 90)


def test_a_header_missing_in_an_accepted_photo_is_read_later(mixed: Batch) -> None:
    """When photos was left out of the run that could have read it."""
    mixed.run()
    mixed.crashing = set()
    mixed.run(["validations", "hashes", "renditions"])
    assert mixed.outcomes("validations")["crash"] == "done"

    tasks = mixed.run()

    assert [task.entry.photo_id for task in tasks] == ["gone", "crash"]
    photo = mixed.row("photos", "crash")
    assert isinstance(photo, PhotoRow)
    assert photo.width == 120


def test_a_changed_threshold_makes_new_verdicts_alone(two: Batch) -> None:
    """From the kept originals; hashes and renditions stay."""
    before = dict(two.tables)

    tasks = two.run(["validations"], STRICTER)

    assert [task.kept_sha256 for task in tasks] == [
        hashlib.sha256(jpeg(seed)).hexdigest() for seed in (1, 2)
    ]
    assert two.outcomes("validations") == {"b": "rejected", "a": "rejected"}
    assert two.run(settings=STRICTER) == []
    assert [two.tables[stage] for stage in ("photos", "hashes", "renditions")] == [
        before[stage] for stage in ("photos", "hashes", "renditions")
    ]


@pytest.mark.parametrize(
    ("settings", "changed"),
    [
        (ExaminationSettings(renditions=RenditionSettings(format="JPEG")), {"renditions"}),
        (
            ExaminationSettings(renditions=RenditionSettings(long_edge_px=64)),
            {"validations", "hashes", "renditions"},
        ),
        (ExaminationSettings(hashes=HashSettings(hash_source="original")), {"hashes"}),
        (STRICTER, {"validations"}),
    ],
    ids=["encoding", "size of the fitted image", "source of hashes", "threshold"],
)
def test_a_setting_touches_only_what_is_made_with_it(
    two: Batch, settings: ExaminationSettings, changed: set[str]
) -> None:
    """Hashes and measurements are of the fitted image, before it is encoded."""
    before = dict(two.tables)

    assert len(two.run(settings=settings)) == 2
    assert {stage for stage in STAGES if two.tables[stage] != before[stage]} == changed
    assert two.run(settings=settings) == []


def test_a_photo_too_large_is_fetched_once_the_limit_is_raised(mixed: Batch) -> None:
    """And only then."""
    mixed.run()
    mixed.arriving["large"] = jpeg(4)
    mixed.arriving["gone"], mixed.crashing = jpeg(3), set()
    assert Task(entry("large")) not in mixed.run()

    assert mixed.run(max_bytes=2000) == [Task(entry("large"))]
    assert {mixed.outcomes(stage)["large"] for stage in STAGES} == {"done"}


def test_a_photo_too_vast_is_decoded_once_the_limit_is_raised(two: Batch) -> None:
    """What was not decoded has neither hashes nor rendition until then."""
    small = ExaminationSettings(validation=ValidationSettings(max_megapixels=0.001))
    vast = Batch(two.scratch, {"a": jpeg(1)})
    vast.run(settings=small)
    assert [vast.outcomes(stage)["a"] for stage in STAGES] == [
        *("done", "rejected", "skipped", "skipped"),
    ]
    assert vast.run(settings=small) == []

    vast.run()

    assert [vast.outcomes(stage)["a"] for stage in STAGES] == ["done"] * 4


def test_hashes_outlive_a_limit_that_is_lowered(two: Batch) -> None:
    """They are still true of the bytes; the verdict alone is new."""
    before = dict(two.tables)

    two.run(settings=ExaminationSettings(validation=ValidationSettings(max_megapixels=0.001)))

    assert set(two.outcomes("validations").values()) == {"rejected"}
    assert two.tables["hashes"] == before["hashes"]


@pytest.mark.parametrize("stage", STAGES[1:])
def test_a_stage_alone_works_on_photos_that_are_here(tmp_path: Path, stage: str) -> None:
    """From the store, and its table alone is made."""
    batch = Batch(tmp_path, {"a": jpeg(1), "gone": GONE})
    batch.run(["photos"])
    assert list(batch.tables) == ["photos"]

    tasks = batch.run([stage])

    assert tasks == [Task(entry("a"), kept_sha256=hashlib.sha256(jpeg(1)).hexdigest())]
    assert batch.outcomes(stage) == {"a": "done", "gone": "skipped"}
    assert list(batch.tables) == ["photos", stage]
    assert batch.run([stage]) == []


@pytest.mark.parametrize("stage", STAGES[1:])
def test_a_stage_alone_fetches_nothing(tmp_path: Path, stage: str) -> None:
    """Before there are photos, all of its rows are skipped; later they are made."""
    batch = Batch(tmp_path, {"a": jpeg(1)})

    assert batch.run([stage]) == []
    assert batch.outcomes(stage) == {"a": "skipped"}
    assert batch.run() == [Task(entry("a"))]
    assert batch.outcomes(stage) == {"a": "done"}


@pytest.mark.parametrize("stage", STAGES[1:])
def test_a_stage_alone_tells_its_failure(tmp_path: Path, stage: str) -> None:
    """Whichever it is: the first one asked for fails."""
    batch = Batch(tmp_path, {"a": jpeg(1)})
    batch.run(["photos"])
    batch.crashing = {"a"}

    batch.run([stage])

    assert batch.row(stage, "a").failure == CRASH


def test_a_failure_does_not_shake_what_stands(two: Batch) -> None:
    """A rendition that could not be made again leaves the verdict alone."""
    before = dict(two.tables)
    two.crashing = {"a"}

    two.run(settings=ExaminationSettings(renditions=RenditionSettings(format="WEBP")))

    assert two.outcomes("renditions") == {"b": "done", "a": "failed"}
    assert two.row("renditions", "a").failure == CRASH
    assert [two.tables[stage] for stage in STAGES[:3]] == [before[stage] for stage in STAGES[:3]]


def test_a_changed_name_is_judged_again(two: Batch) -> None:
    """Its ending is part of the verdict. Nothing is fetched, and the new name is shown."""
    two.entries[0] = two.entries[0].model_copy(update={"filename": "a.png"})

    tasks = two.run()

    assert [task.kept_sha256 for task in tasks] == [hashlib.sha256(jpeg(1)).hexdigest()]
    photo, validation = two.row("photos", "b"), two.row("validations", "b")
    assert isinstance(photo, PhotoRow)
    assert isinstance(validation, ValidationRow)
    assert photo.filename == "a.png"
    assert validation.warnings == [Reason.EXTENSION]


def test_what_else_the_manifest_says_needs_no_work(two: Batch) -> None:
    """It is shown as it is now."""
    two.entries[0] = two.entries[0].model_copy(update={"extra_json": '{"sender": "Ada"}'})

    assert two.run() == []
    photo = two.row("photos", "b")
    assert isinstance(photo, PhotoRow)
    assert photo.extra_json == '{"sender": "Ada"}'


@pytest.mark.parametrize("change", [{"identity": "b, later"}, {"uri": "http://p.test/other"}])
def test_another_photo_under_the_same_name_is_fetched(two: Batch, change: dict[str, str]) -> None:
    """Its identity says so."""
    two.entries[0] = two.entries[0].model_copy(update=change)
    two.arriving["b"] = jpeg(5)

    assert two.run() == [Task(two.entries[0])]
    hashes = two.row("hashes", "b")
    assert isinstance(hashes, HashRow)
    assert hashes.sha256 == hashlib.sha256(jpeg(5)).hexdigest()


def test_a_lost_original_is_fetched_by_the_next_run(two: Batch) -> None:
    """The run that misses it says so; what stands of the photo stays."""
    hashes = two.row("hashes", "a")
    del two.kept[hashlib.sha256(jpeg(2)).hexdigest()]

    two.run(settings=STRICTER)
    assert (two.row("photos", "a").failure, two.outcomes("validations")["a"]) == (LOST, "skipped")
    assert two.row("hashes", "a") == hashes

    assert two.run(settings=STRICTER) == [Task(entry("a"))]
    assert two.outcomes("validations") == {"b": "rejected", "a": "rejected"}


def test_a_lost_original_is_told_by_a_stage_alone(two: Batch) -> None:
    """Photos is not written then, so the stage itself says it."""
    two.kept.clear()

    two.run(["validations"], STRICTER)

    assert [row.failure for row in two.tables["validations"]] == [LOST, LOST]
