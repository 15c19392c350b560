"""A unique ID, looked for by real worker processes."""

from collections.abc import Iterator
from typing import NoReturn, cast

import pytest

from darkroom.errors import PhotoFailed
from darkroom.outcomes import Failure, Outcome
from darkroom.rows import Code, TextRow
from darkroom.settings import UniqueIdPattern, WorkerSettings
from darkroom.stages.unique_id_search import find_unique_id
from darkroom.work.workers import Workers


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    with Workers(WorkerSettings(max_workers=1, timeout_per_image_s=2)) as workers:
        yield workers


def code(text: str) -> Code:
    return Code(symbology="QRCode", text=text, polygon=[])


def text(written: str) -> TextRow:
    return TextRow(photo_id="1", outcome=Outcome.DONE, inputs="i", text=written)


def patterns(*given: str) -> list[UniqueIdPattern]:
    return [UniqueIdPattern(pattern=each) for each in given]


def test_the_first_pattern_that_finds_any_decides(workers: Workers) -> None:
    """Also when what it finds is in the text, or disagrees; later ones are not looked for."""
    asked = patterns(r"DR-\d", r"\d{4}")

    assert find_unique_id(asked, [code("1234")], text("DR-1"), workers)[0] == "DR-1"
    assert find_unique_id(asked, [code("1234")], text("none"), workers)[0] == "1234"
    unique_id, found = find_unique_id(asked, [code("1234")], text("DR-1 DR-2"), workers)
    assert (unique_id, [each.id for each in found]) == (None, ["DR-1", "DR-2"])
    assert find_unique_id(asked, [], text("none"), workers) == (None, [])
    assert find_unique_id(asked, [], None, workers) == (None, [])


def test_a_pattern_that_takes_for_ever_on_a_strangers_text_is_stopped_and_named(
    workers: Workers,
) -> None:
    """The photo fails by its deadline, and the next one is searched."""
    with pytest.raises(PhotoFailed) as stopped:
        find_unique_id(patterns(r"(a+)+$"), [code("a" * 60 + "!")], None, workers)

    assert stopped.value.failure == Failure(
        error_type="TimedOut",
        message="no result after 2 s of looking for codes.unique_ids '(a+)+$' in its codes and"
        " text: make that pattern simpler, without repeats inside of repeats",
        attempts=2,
        retryable=False,
    )
    assert find_unique_id(patterns("a+"), [code("aaa!")], None, workers)[0] == "aaa"


def test_a_crash_is_not_the_patterns_fault() -> None:
    """It is told as it happened."""
    crash = PhotoFailed("Crashed", "its worker ended by signal 9", retryable=False)

    class Crashing:
        def call(self, *_: object) -> NoReturn:
            raise crash

    with pytest.raises(PhotoFailed) as raised:
        find_unique_id(patterns("a"), [code("a")], None, cast("Workers", Crashing()))
    assert raised.value is crash
