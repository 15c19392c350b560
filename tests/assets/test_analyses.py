"""The vision stage of the real job, against a service on loopback that misbehaves."""

import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image

from darkroom.batches import Batch
from darkroom.outcomes import Outcome
from darkroom.rows import AnalysisRow
from tests.vision_server import Fail, Junk, Move, Refuse, Reset, Say, Stall, VisionServer, Wire

if TYPE_CHECKING:
    from tests.assets.conftest import Pipeline, Run

PHOTOS = 40
INGEST = ("photos", "validations", "hashes", "renditions")
FAULTS: list[Move] = [Fail(429, "0"), Fail(503, "0"), Reset(), Say({"caption": "and no more"})]
"""One photo in ten meets one of these; so does every further request of its own."""


def good(image: str) -> Say:
    """The caption says which image it was asked about."""
    return Say(
        {
            "caption": image,
            "tags": ["noise"],
            "visible_text": "",
            "people_count": 0,
            "quality_notes": [],
        }
    )


def folder_of_noise(folder: Path, photos: int, seed: int) -> Path:
    """Sharp, colourful photos, each another one."""
    folder.mkdir()
    random = np.random.default_rng(seed)
    for number in range(photos):
        pixels = random.integers(0, 256, (90, 120, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / f"{number:02}.jpg", quality=90)
    return folder


def rows(pipeline: "Pipeline", batch: Batch) -> list[AnalysisRow]:
    return pipeline.adapters.tables.read("analyses", batch.key, AnalysisRow)


def run(pipeline: "Pipeline", batch: Batch) -> "Run":
    return pipeline.run(batch, *INGEST, "analyses", "records", "batch_report")


@pytest.fixture(scope="module", params=["gemini", "openai"])
def wire(request: pytest.FixtureRequest) -> Wire:
    found: Wire = request.param
    return found


@pytest.fixture(scope="module")
def service(wire: Wire, pipeline: "Pipeline") -> Iterator[VisionServer]:  # noqa: ARG001 - its home stands
    """Four requests at once, and a model that is known under a name of each wire."""
    model = {"gemini": "google:gemini-3.5-flash-lite", "openai": "openai:of-the-test"}[wire]
    with (
        VisionServer(lambda image, _: good(image), takes_s=0.02) as server,
        pytest.MonkeyPatch.context() as environment,
    ):
        environment.setenv("GOOGLE_API_KEY", "loopback")
        environment.setenv("OPENAI_API_KEY", "loopback")
        environment.setenv("DARKROOM_VISION__MODEL", model)
        environment.setenv("DARKROOM_VISION__BASE_URL", server.base_url(wire))
        environment.setenv("DARKROOM_VISION__MAX_RETRY_WAIT_S", "0.05")
        environment.setenv("DARKROOM_VISION__INPUT_USD_PER_MILLION_TOKENS", "1")
        environment.setenv("DARKROOM_VISION__OUTPUT_USD_PER_MILLION_TOKENS", "10")
        environment.setenv("DARKROOM_WORKERS__MAX_WORKERS", "2")
        environment.setenv("DARKROOM_RUNS__STEP_RETRIES", "0")
        yield server


@pytest.fixture(autouse=True)
def well_again(service: VisionServer) -> None:
    """Each test says what the service is to do."""
    service.calls.clear()
    service.most_at_once = 0
    service.moves = lambda image, _: good(image)


def described(row: AnalysisRow) -> Any:  # noqa: ANN401 - JSON
    return json.loads(row.answer_json or "null")


def test_forty_photos_with_a_tenth_of_faults_are_all_answered(
    pipeline: "Pipeline", service: VisionServer, wire: Wire
) -> None:
    """In one run, by one request for each photo and one for each fault, and no more."""
    faulted: dict[str, Move] = {}
    photos = itertools.count()

    def moves(image: str, nth: int) -> Move:
        if nth == 1:
            group, place = divmod(next(photos), PHOTOS // len(FAULTS))
            if place == 0:
                faulted[image] = FAULTS[group]
                return faulted[image]
        return good(image)

    service.moves = moves
    batch = pipeline.open(folder_of_noise(pipeline.folder / f"forty-{wire}", PHOTOS, seed=1))
    ended = run(pipeline, batch)

    found = rows(pipeline, batch)
    assert ended.failed_steps == {}
    assert [row.outcome for row in found] == [Outcome.DONE] * PHOTOS
    assert len(faulted) == len(FAULTS)
    assert len(service.calls) == PHOTOS + len(FAULTS) == sum(row.requests for row in found)
    assert service.asked == {
        described(row)["caption"]: 1 + (described(row)["caption"] in faulted) for row in found
    }
    assert 1 < service.most_at_once <= 4
    told = ended.metadata["batch_report"]["analyses"]
    for said in ("answered | 40", "requests | 44", "estimated cost, USD | 0.02", "in parallel"):
        assert said in told


def test_a_second_run_asks_nothing_and_changes_nothing(
    pipeline: "Pipeline", service: VisionServer, wire: Wire
) -> None:
    """Nor does the same folder of somebody else, whose photos are known."""
    source = pipeline.folder / f"forty-{wire}"
    batch = pipeline.open(source, owner="ben")
    first = run(pipeline, batch)
    files = pipeline.outputs()
    second = run(pipeline, batch)

    assert service.calls == []
    assert (first.failed_steps, second.failed_steps) == ({}, {})
    found = rows(pipeline, batch)
    assert [(row.outcome, row.from_cache, row.requests, row.cost_usd) for row in found] == [
        (Outcome.DONE, True, 0, 0.0)
    ] * PHOTOS
    assert second.metadata["analyses"]["worked_on"] == 0
    assert pipeline.outputs() == files


def test_a_model_named_later_is_asked_about_batches_imported_before(
    pipeline: "Pipeline", service: VisionServer, wire: Wire
) -> None:
    """Without one a batch is complete and nobody is asked; its next run makes up for that."""
    batch = pipeline.open(folder_of_noise(pipeline.folder / f"before-{wire}", 3, seed=17))
    with pytest.MonkeyPatch.context() as without_model:
        without_model.delenv("DARKROOM_VISION__MODEL")
        before = pipeline.run(batch)
    state = pipeline.status("batch_report", batch), pipeline.status("analyses", batch)
    asked_before = len(service.calls)
    after = pipeline.run(batch)

    assert (before.failed_steps, after.failed_steps) == ({}, {})
    assert state == ("MATERIALIZED", None)
    assert asked_before == 0
    assert after.metadata["analyses"]["worked_on"] == after.metadata["records"]["worked_on"] == 3
    assert [row.outcome for row in rows(pipeline, batch)] == [Outcome.DONE] * 3


def test_only_photos_without_an_answer_are_asked_about_again(
    pipeline: "Pipeline", service: VisionServer, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A silence and a refusal fail their photos; the batch is red until they are mended."""
    monkeypatch.setenv("DARKROOM_VISION__TIMEOUT_S", "0.5")
    trouble: list[Move] = [Stall(), Refuse()]
    photos = itertools.count()

    def moves(image: str, nth: int) -> Move:
        place = next(photos) if nth == 1 else len(trouble)
        return trouble[place] if place < len(trouble) else good(image)

    service.moves = moves
    batch = pipeline.open(folder_of_noise(pipeline.folder / f"trouble-{wire}", 6, seed=2))
    red = run(pipeline, batch)
    failures = {
        row.failure.error_type: row.failure.retryable
        for row in rows(pipeline, batch)
        if row.failure is not None
    }
    asked_first = len(service.calls)
    green = run(pipeline, batch)

    assert list(red.failed_steps) == ["batch_report"]
    assert failures == {"TimedOut": True, "Refused": False}
    assert green.failed_steps == {}
    assert (asked_first, len(service.calls)) == (6, 8)
    assert [row.outcome for row in rows(pipeline, batch)] == [Outcome.DONE] * 6


@pytest.mark.parametrize(
    ("move", "said"),
    [
        (Fail(401), "refuses the key"),
        (Fail(404), "is not known there"),
        (Fail(503, "3600"), "asks to be left alone for 3600 s"),
    ],
    ids=["key", "model", "away"],
)
def test_a_service_that_answers_nobody_stops_the_step_with_one_sentence(
    pipeline: "Pipeline", service: VisionServer, wire: Wire, move: Move, said: str
) -> None:
    """What was answered before is kept, and nobody else is asked."""
    requests = itertools.count()

    def moves(image: str, _: int) -> Move:
        return good(image) if next(requests) < 2 else move

    service.moves = moves
    name = f"away-{wire}-{type(move).__name__}-{said[:3]}"
    batch = pipeline.open(folder_of_noise(pipeline.folder / name, 12, seed=len(said)))
    ended = run(pipeline, batch)
    asked = len(service.calls)
    service.moves = lambda image, _: good(image)
    mended = run(pipeline, batch)

    assert said in ended.failed_steps["analyses"]
    assert 2 < asked <= 2 + 2 * 4
    assert mended.failed_steps == {}
    assert [row.outcome for row in rows(pipeline, batch)] == [Outcome.DONE] * 12
    assert len(service.calls) - asked == 12 - 2


def test_a_used_up_budget_ends_the_asking_and_not_the_batch(
    pipeline: "Pipeline", service: VisionServer, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is green, and says how many photos were left out; a larger one asks about those."""
    monkeypatch.setenv("DARKROOM_VISION__MAX_PHOTOS_PER_BATCH", "4")
    batch = pipeline.open(folder_of_noise(pipeline.folder / f"budget-{wire}", 7, seed=3))
    ended = run(pipeline, batch)
    asked = len(service.calls)
    monkeypatch.setenv("DARKROOM_VISION__MAX_PHOTOS_PER_BATCH", "40")
    more = run(pipeline, batch)

    assert (ended.failed_steps, more.failed_steps) == ({}, {})
    assert (ended.metadata["analyses"]["done"], ended.metadata["analyses"]["skipped"]) == (4, 3)
    assert "left out by the budget | 3" in ended.metadata["batch_report"]["analyses"]
    assert (asked, len(service.calls)) == (4, 7)
    assert more.metadata["analyses"]["done"] == 7


def test_one_worker_asks_one_thing_after_the_other(
    pipeline: "Pipeline", service: VisionServer, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And is told the same."""
    photos = folder_of_noise(pipeline.folder / f"sequence-{wire}", 5, seed=4)
    monkeypatch.setenv("DARKROOM_WORKERS__MAX_WORKERS", "1")
    batch = pipeline.open(photos)
    run(pipeline, batch)
    alone, at_once = rows(pipeline, batch), service.most_at_once
    for name in list(pipeline.adapters.store.names("answers/")):
        pipeline.adapters.store.delete(name)
    monkeypatch.setenv("DARKROOM_WORKERS__MAX_WORKERS", "2")
    same = pipeline.open(photos, owner="ben")
    run(pipeline, same)

    assert at_once == 1
    assert len(service.calls) == 10
    assert [_timeless(row) for row in rows(pipeline, same)] == [_timeless(row) for row in alone]


def test_shows_are_read_from_screenshots(
    pipeline: "Pipeline", service: VisionServer, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the schema that is named, whose answers other stages can build on."""
    show = {"title": "Jazz Night", "venue": "The Cellar", "weekday": "Friday", "start": "20:00"}
    monkeypatch.setenv("DARKROOM_VISION__ANSWER_SCHEMA", "shows")
    service.moves = lambda _, nth: Junk() if nth == 1 else Say({"events": [show]})
    batch = pipeline.open(folder_of_noise(pipeline.folder / f"shows-{wire}", 2, seed=5))
    ended = run(pipeline, batch)

    blank = dict.fromkeys(("end", "address", "host", "confidence"))
    assert ended.failed_steps == {}
    assert [(row.schema_name, described(row)) for row in rows(pipeline, batch)] == [
        ("shows", {"events": [{**show, **blank}]})
    ] * 2


def _timeless(row: AnalysisRow) -> AnalysisRow:
    return row.model_copy(update={"seconds": 0.0})
