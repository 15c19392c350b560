"""Forty screenshots become twelve shows in the real job, whichever way they come."""

import csv
import io
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from darkroom.batches import Batch
from darkroom.entities.plain_text import folded
from darkroom.rows import EntityRow, PhotoRow, RenditionRow
from darkroom.stages.batch_tables import by_photo
from orchestration.command_line.main import app
from tests.darkroom.entities.screenshots import COLUMNS, TRUTH, screenshots
from tests.vision_server import Fail, Move, Say, VisionServer

if TYPE_CHECKING:
    from tests.assets.conftest import Pipeline, Run

INGEST = ("photos", "validations", "hashes", "renditions")
ANSWERS = dict(screenshots())


class Service:
    """Says what each screenshot shows, once it is known which one a rendition is of."""

    def __init__(self) -> None:
        self.shows: dict[str, str] = {}
        self.ill = False

    def move(self, image: str, nth: int) -> Move:
        name = self.shows[image]
        if nth == 1 and name.endswith("0"):  # one in ten
            return Fail(503, "0")
        return Say({"events": []} if self.ill else ANSWERS[name])


@pytest.fixture(scope="module")
def service(pipeline: "Pipeline") -> Iterator[Service]:  # noqa: ARG001 - its home stands
    service = Service()
    with VisionServer(service.move) as server, pytest.MonkeyPatch.context() as environment:
        environment.setenv("GOOGLE_API_KEY", "loopback")
        environment.setenv("DARKROOM_VISION__MODEL", "google:gemini-3.5-flash-lite")
        environment.setenv("DARKROOM_VISION__BASE_URL", server.base_url("gemini"))
        environment.setenv("DARKROOM_VISION__ANSWER_SCHEMA", "shows")
        environment.setenv("DARKROOM_VISION__MAX_RETRY_WAIT_S", "0.05")
        yield service


def draw(folder: Path, names: list[str]) -> Path:
    """A screenshot of each name has the same pixels wherever it is drawn."""
    folder.mkdir()
    for name in names:
        pixels = np.random.default_rng(list(name.encode())).integers(0, 256, (90, 120, 3))
        Image.fromarray(pixels.astype(np.uint8)).save(folder / f"{name}.png")
    return folder


def bring_in(pipeline: "Pipeline", service: Service, source: Path) -> tuple[Batch, "Run"]:
    batch = pipeline.open(source)
    pipeline.run(batch, *INGEST)
    tables = pipeline.adapters.tables
    renditions = by_photo(tables.read("renditions", batch.key, RenditionRow))
    for photo in tables.read("photos", batch.key, PhotoRow):
        service.shows[renditions[photo.photo_id].sha256 or ""] = Path(photo.filename).stem
    return batch, look(pipeline, batch)


def look(pipeline: "Pipeline", batch: Batch) -> "Run":
    return pipeline.run(batch, *INGEST, "analyses", "entities", "records", "batch_report")


def printed(pipeline: "Pipeline", *command: str) -> str:
    ended = CliRunner().invoke(app, [*command, "--home", str(pipeline.adapters.home.root)])
    assert ended.exit_code == 0, ended.output
    return ended.stdout


def entities(pipeline: "Pipeline") -> list[Any]:
    found: list[Any] = json.loads(printed(pipeline, "entities", "--format", "json"))
    return found


def test_screenshots_become_shows_however_they_come(pipeline: "Pipeline", service: Service) -> None:
    """In three batches out of order, then redone, then all of them once more as one batch."""
    names = list(ANSWERS)
    random.Random(5).shuffle(names)
    batches = [
        bring_in(pipeline, service, draw(pipeline.folder / f"part-{part}", names[part::3]))
        for part in range(3)
    ]
    assert [run.failed_steps for _, run in batches] == [{}, {}, {}]
    found = entities(pipeline)

    assert sorted([folded(show["fields"][name]) for name in COLUMNS] for show in found) == sorted(
        [folded(value) for value in show.values()] for show in TRUTH
    )
    assert sum(len(show["photos"]) for show in found) == 9 * len(TRUTH)

    whole, run = bring_in(pipeline, service, draw(pipeline.folder / "whole", sorted(names)))
    assert run.failed_steps == {}
    again = entities(pipeline)
    assert [(show["entity"], show["fields"]) for show in again] == [
        (show["entity"], show["fields"]) for show in found
    ]
    assert sum(len(show["photos"]) for show in again) == 2 * 9 * len(TRUTH)
    assert {photo["photo"].split("/")[0] for show in again for photo in show["photos"]} == {
        whole.key,
        *(batch.key for batch, _ in batches),
    }


def test_a_batch_says_what_it_brought_and_what_was_dropped(
    pipeline: "Pipeline", service: Service
) -> None:
    """In its materialisation and its report; dropped items stand in its table with why."""
    new = {"title": "Ukulele Night", "venue": "Annex", "weekday": "Blursday", "start": "25:00"}
    ANSWERS["shot-new"] = {"events": [new, *ANSWERS["shot-01"]["events"], {"title": "?"}]}  # type: ignore[misc]  # events are a list
    batch, run = bring_in(pipeline, service, draw(pipeline.folder / "new", ["shot-new"]))

    [row] = pipeline.adapters.tables.read("entities", batch.key, EntityRow)
    old = len(row.items) - 1
    assert [(each.field, each.reason, each.said, each.whole) for each in row.dropped] == [
        ("weekday", "impossible_weekday", "Blursday", False),
        ("start", "impossible_time", "25:00", False),
        ("title", "empty", '{"title": "?"}', True),
    ]
    told = {
        "schema": "shows",
        "items": old + 1,
        "entities": old + 1,
        "new": 1,
        "merged with other batches": old,
    }
    for asset in ("entities", "batch_report"):
        shown = run.metadata[asset]
        assert [dict(record.data) for record in shown["entities"].records] == [told]
        assert [record.data["reason"] for record in shown["dropped_items"].records] == [
            "impossible_weekday: weekday",
            "impossible_time: start",
            "empty: title",
        ]
    assert "Ukulele Night, Annex" in printed(pipeline, "show", f"{batch.key}/{row.photo_id}")


def test_running_again_does_nothing_and_other_answers_are_taken(
    pipeline: "Pipeline", service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is asked and written twice; asked otherwise, a photo says what it says now."""
    [batch] = [each.batch for each in pipeline.adapters.records.batches()][-1:]
    before = entities(pipeline)
    files = pipeline.outputs()
    again = look(pipeline, batch)

    assert again.metadata["entities"]["worked_on"] == 0
    assert (entities(pipeline), pipeline.outputs()) == (before, files)
    service.ill = True
    monkeypatch.setenv("DARKROOM_VISION__PROMPT", "What else is there?")
    look(pipeline, batch)
    after = entities(pipeline)
    assert len(after) == len(before) - 1
    assert "Ukulele Night" not in {show["fields"]["title"] for show in after}


def test_entities_are_printed_as_a_table_that_obeys_nobody(
    pipeline: "Pipeline", service: Service
) -> None:
    """Photos say them, so a spreadsheet must not take them for a formula."""
    service.ill = False
    ANSWERS["shot-evil"] = {"events": [{"title": "=HYPERLINK(1)", "venue": "+1"}]}
    batch, _ = bring_in(pipeline, service, draw(pipeline.folder / "evil", ["shot-evil"]))
    lines = list(csv.DictReader(io.StringIO(printed(pipeline, "entities", "--format", "csv"))))
    [evil] = [line for line in lines if "HYPERLINK" in line["title"]]

    assert len(lines) == len(TRUTH) + 1
    assert list(lines[0]) == ["schema", "entity", *COLUMNS, "photos", "photo_uris"]
    assert (evil["title"], evil["venue"]) == ("'=HYPERLINK(1)", "'+1")
    assert evil["photos"].split("/")[0] == batch.key
    assert "=HYPERLINK(1), +1" in printed(pipeline, "entities")
