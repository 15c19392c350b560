"""Which photos a model is asked about, what that is counted as, and when again."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from darkroom.outcomes import Failure, Outcome
from darkroom.rows import AnalysisRow, PhotoRow
from darkroom.settings import Settings, VisionSettings
from darkroom.stages.analysis_stage import analyses_stage, requests_at_once
from darkroom.stages.batch_tables import Accepted
from darkroom.stages.incremental import earlier
from darkroom.stages.stage import run_stage
from darkroom.storage.blobs import blob_name
from darkroom.vision.asking import Answer, AnswerMissing, Asked, Usage
from darkroom.vision.built_in_schemas import BUILT_IN
from darkroom.work.progress import Meter, StageProgress
from resources.stores.folder import FolderStore

COST = Usage(requests=1, input_tokens=90, output_tokens=10, cost_usd=0.5, seconds=2.0)
REFUSED = Failure(error_type="Refused", message="no", attempts=1, retryable=False)


def answer(caption: str) -> str:
    said = {"caption": caption, "tags": [], "visible_text": "", "people_count": 0}
    return BUILT_IN["photo"].checked({**said, "quality_notes": []})


@dataclass
class Captioner:
    """A `VisionModel` whose caption is the image itself; it refuses some."""

    refuses: Sequence[str] = ()
    asked: list[str] = field(default_factory=list)
    media_types: set[str] = field(default_factory=set)

    def ask(self, image: bytes, media_type: str) -> Answer:
        name = image.decode(errors="replace")[-1]
        self.asked.append(name)
        self.media_types.add(media_type)
        if name in self.refuses:
            raise AnswerMissing("Refused", "no", usage=COST, retryable=False)
        return Answer(answer(name), COST)


@dataclass
class Home:
    """A store and a model. Photos that begin with the same letter have the same rendition."""

    store: FolderStore
    folder: Path
    model: Captioner = field(default_factory=Captioner)
    asked: Asked = field(default_factory=lambda: Asked("m:one", "What is it?", BUILT_IN["photo"]))

    def photo(self, photo_id: str) -> Accepted:
        path = self.folder / photo_id[0]
        path.write_bytes(b"\x89PNG\r\n\x1a\n" + photo_id[0].encode())
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        self.store.add(blob_name(sha256), path)
        row = PhotoRow(photo_id=photo_id, outcome=Outcome.DONE, inputs="i", uri="", filename="")
        return Accepted(row, sha256, sha256, scale=1.0)

    def run(
        self,
        *photo_ids: str,
        found: Sequence[AnalysisRow] = (),
        batch: str = "b1",
        threads: int = 1,
        **settings: object,
    ) -> list[AnalysisRow]:
        stage = analyses_stage(
            batch,
            {photo_id: self.photo(photo_id) for photo_id in photo_ids} | {"rejected": None},
            asked=self.asked,
            model=self.model,
            settings=VisionSettings.model_validate(settings),
            store=self.store,
        )
        stage.recall(found)
        start = StageProgress(batch=batch, stage=stage.name, total=len(photo_ids))
        meter = Meter(start, board=lambda _: None, log=lambda _: None)
        rows = run_stage(stage, previous=earlier(found), meter=meter, threads=threads)
        assert rows.pop().outcome is Outcome.SKIPPED
        return rows


@pytest.fixture
def home(tmp_path: Path) -> Home:
    (tmp_path / "renditions").mkdir()
    return Home(FolderStore(tmp_path / "store"), tmp_path / "renditions")


def test_an_accepted_photo_has_the_models_answer(home: Home) -> None:
    """With what it took; the seconds are those of the requests, without waiting."""
    [row] = home.run("a")

    assert row == AnalysisRow(
        photo_id="a",
        outcome=Outcome.DONE,
        inputs=row.inputs,
        seconds=2.0,
        schema_name="photo",
        model="m:one",
        answer_json=answer("a"),
        input_tokens=90,
        output_tokens=10,
        cost_usd=0.5,
        requests=1,
        from_cache=False,
    )
    assert home.model.media_types == {"image/png"}


def test_without_a_model_every_photo_is_skipped(home: Home) -> None:
    """Nothing is looked up and nothing asked."""
    stage = analyses_stage(
        "b1",
        {"a": home.photo("a"), "rejected": None},
        asked=None,
        model=None,
        settings=VisionSettings(),
        store=home.store,
    )

    assert [need.work for need in stage.needs] == [None, None]


def test_the_same_question_is_never_paid_for_twice(home: Home) -> None:
    """Not in another batch, and not within one."""
    first = home.run("a", "b")
    again = home.run("a", "b", "a2", batch="b2")

    assert home.model.asked == ["a", "b"]
    assert [row.answer_json for row in again] == [answer("a"), answer("b"), answer("a")]
    assert [(row.from_cache, row.requests, row.cost_usd) for row in again] == [(True, 0, 0.0)] * 3
    assert [row.from_cache for row in first] == [False, False]


def test_another_question_is_asked(home: Home) -> None:
    """Model, prompt and schema are parts of it."""
    home.run("a")
    for asked in (
        Asked("m:two", "What is it?", BUILT_IN["photo"]),
        Asked("m:one", "What else?", BUILT_IN["photo"]),
    ):
        home.asked = asked
        home.run("a")

    assert home.model.asked == ["a"] * 3
    assert len({row.inputs for row in home.run("a", "b")}) == 2


def test_photos_that_are_the_same_are_asked_about_once_at_a_time_too(home: Home) -> None:
    """However many threads come upon them together."""
    rows = home.run("a1", "a2", "a3", "b1", "b2", threads=4)

    assert sorted(home.model.asked) == ["a", "b"]
    assert sorted(row.from_cache for row in rows) == [False, False, True, True, True]
    assert sum(row.requests for row in rows) == 2


def test_one_after_the_other_gives_the_same(home: Home, tmp_path: Path) -> None:
    """Rows and their order do not depend on how many are asked at once."""
    (tmp_path / "other").mkdir()
    other = Home(FolderStore(tmp_path / "elsewhere"), tmp_path / "other")
    photos = [chr(ord("a") + number) for number in range(20)]

    assert home.run(*photos, threads=1) == other.run(*photos, threads=4)


def test_a_damaged_or_outdated_answer_is_asked_for_anew(home: Home) -> None:
    """What is kept is held against the schema like any answer."""
    home.run("a")
    [name] = home.store.names("answers/")
    kept = json.loads(home.store.read(name))
    for damaged in (b"{", json.dumps({**kept, "answer": {"caption": 7}}).encode()):
        home.store.put(name, damaged)
        assert home.run("a")[0].answer_json == answer("a")

    assert home.model.asked == ["a"] * 3


def test_an_answer_found_by_the_photo_that_paid_for_it_keeps_its_cost(home: Home) -> None:
    """A step was killed before its row was written: the money is spent all the same."""
    [paid] = home.run("a")
    [found] = home.run("a")

    assert (found.requests, found.cost_usd, found.from_cache) == (1, 0.5, False)
    assert found.model_copy(update={"seconds": paid.seconds}) == paid
    assert home.model.asked == ["a"]


def test_a_refused_photo_fails_with_what_it_took(home: Home) -> None:
    """Others with the same rendition fail with it, for nothing."""
    home.model.refuses = "a"
    rows = home.run("a1", "b", "a2")

    assert [row.outcome for row in rows] == [Outcome.FAILED, Outcome.DONE, Outcome.FAILED]
    assert rows[0].failure == rows[2].failure == REFUSED
    assert [row.requests for row in rows] == [1, 1, 0]
    assert home.model.asked == ["a", "b"]


def test_what_was_spent_in_vain_is_not_forgotten(home: Home) -> None:
    """The row of a photo that was asked about again says what all of its requests took."""
    home.model.refuses = "a"
    failed = home.run("a", "b")
    home.model.refuses = ""
    mended = home.run("a", "b", found=failed)

    assert home.model.asked == ["a", "b", "a"]
    assert [(row.outcome, row.requests, row.input_tokens, row.cost_usd) for row in mended] == [
        (Outcome.DONE, 2, 180, 1.0),
        (Outcome.DONE, 1, 90, 0.5),
    ]


def test_a_budget_of_photos_leaves_the_rest_out(home: Home) -> None:
    """Skipped, and said to be; a larger one asks about these and no others."""
    first = home.run("a", "b", "c", "d", max_photos_per_batch=2)
    same = home.run("a", "b", "c", "d", found=first, max_photos_per_batch=2)
    asked_so_far = list(home.model.asked)
    more = home.run("a", "b", "c", "d", found=same, max_photos_per_batch=3)
    all_ = home.run("a", "b", "c", "d", found=more)

    assert [(row.outcome, row.left_out) for row in first] == [
        (Outcome.DONE, None),
        (Outcome.DONE, None),
        (Outcome.SKIPPED, "budget"),
        (Outcome.SKIPPED, "budget"),
    ]
    assert same == first
    assert asked_so_far == ["a", "b"]
    assert [row.outcome.value for row in more] == ["done", "done", "done", "skipped"]
    assert [row.outcome.value for row in all_] == ["done"] * 4
    assert home.model.asked == ["a", "b", "c", "d"]


def test_a_budget_of_tokens_counts_all_runs(home: Home) -> None:
    """Also what was used in vain."""
    home.model.refuses = "b"
    first = home.run("a", "b", "c", max_tokens_per_batch=200)
    home.model.refuses = ""
    again = home.run("a", "b", "c", found=first, max_tokens_per_batch=200)
    more = home.run("a", "b", "c", found=again, max_tokens_per_batch=500)

    assert [row.outcome.value for row in first] == ["done", "failed", "skipped"]
    assert [row.outcome.value for row in again] == ["done", "skipped", "skipped"]
    assert [row.outcome.value for row in more] == ["done"] * 3
    assert [row.requests for row in again] == [1, 1, 0]
    assert [row.requests for row in more] == [1, 2, 1]


def test_answers_that_cost_nothing_need_no_budget(home: Home) -> None:
    """What is known is told, whatever is allowed."""
    home.run("a", "b")
    rows = home.run("c", "a", "b", batch="b2", max_photos_per_batch=1)

    assert [row.outcome.value for row in rows] == ["done"] * 3


def test_a_new_question_has_its_own_budget(home: Home) -> None:
    """Rows of another prompt do not count."""
    first = home.run("a", "b", max_photos_per_batch=2)
    home.asked = Asked("m:one", "What else?", BUILT_IN["photo"])
    rows = home.run("c", "d", found=first, max_photos_per_batch=2)

    assert [row.outcome.value for row in rows] == ["done"] * 2


def test_one_request_at_once_where_one_worker_works() -> None:
    """Else as many as the settings say."""
    vision = VisionSettings(max_concurrent_requests=3)
    one = Settings.model_validate({"vision": vision, "workers": {"max_workers": 1}})

    assert (requests_at_once(one), requests_at_once(Settings(vision=vision))) == (1, 3)
