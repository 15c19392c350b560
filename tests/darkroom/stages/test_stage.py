import signal
import threading
import time
from collections.abc import Callable, Sequence

import pytest

from darkroom.errors import EngineUnavailable, ObjectMissing, PhotoFailed
from darkroom.outcomes import Failure, Outcome
from darkroom.rows import Row, TextRow
from darkroom.stages.incremental import earlier
from darkroom.stages.stage import Need, Stage, Together, run_stage
from darkroom.work.progress import Meter, StageProgress

TIMEOUT = Failure(error_type="TimedOut", message="no result", retryable=False)


def need(photo_id: str, inputs: str = "new", *, skipped: bool = False) -> Need[str]:
    return Need(photo_id, inputs, None if skipped else f"text of {photo_id}")


def row(photo_id: str, inputs: str = "new", outcome: Outcome = Outcome.DONE) -> TextRow:
    return TextRow(photo_id=photo_id, outcome=outcome, inputs=inputs)


def read(need: Need[str], work: str) -> TextRow:
    return row(need.photo_id, need.inputs).model_copy(update={"text": work})


def stage(
    *needs: Need[str], make: Callable[[Need[str], str], TextRow] = read
) -> Stage[str, TextRow]:
    return Stage("texts", TextRow, needs, make)


def meter() -> Meter:
    start = StageProgress(batch="b1", stage="texts", total=0)
    return Meter(start, board=lambda _: None, log=lambda _: None)


def without_seconds(rows: list[TextRow]) -> list[TextRow]:
    return [row.model_copy(update={"seconds": 0.0}) for row in rows]


def test_rows_that_stand_are_kept_and_the_rest_is_made() -> None:
    """In the order of the manifest, whatever is done first."""
    worked_on: list[str] = []

    def make(need: Need[str], work: str) -> TextRow:
        worked_on.append(need.photo_id)
        return read(need, work)

    previous = {
        "stands": row("stands").model_copy(update={"text": "kept", "seconds": 9.0}),
        "changed": row("changed", "old"),
        "failed": row("failed", outcome=Outcome.FAILED),
        "now skipped": row("now skipped"),
        "not of this batch": row("not of this batch"),
    }
    needs = [
        need("failed"),
        need("stands"),
        need("never seen"),
        need("now skipped", "skipped", skipped=True),
        need("changed"),
    ]
    counted = meter()

    rows = run_stage(
        stage(*needs, make=make), previous=earlier(previous.values()), meter=counted, threads=3
    )

    assert without_seconds(rows) == without_seconds(
        [
            row("failed").model_copy(update={"text": "text of failed"}),
            previous["stands"],
            row("never seen").model_copy(update={"text": "text of never seen"}),
            row("now skipped", "skipped", Outcome.SKIPPED),
            row("changed").model_copy(update={"text": "text of changed"}),
        ]
    )
    assert rows[1].seconds == 9.0
    assert sorted(worked_on) == ["changed", "failed", "never seen"]
    assert counted.now.done == 3


def test_a_second_run_works_on_nothing() -> None:
    """Rows that were just made stand, seconds included."""
    both = stage(need("a"), need("b", skipped=True))
    first = run_stage(both, previous={}, meter=meter(), threads=2)
    previous = earlier(first)

    assert both.outstanding(previous) == []
    assert run_stage(both, previous=previous, meter=meter(), threads=2) == first


def test_a_table_stands_that_would_be_made_again_as_it_is() -> None:
    """What all stages say of a photo is enough to see that."""
    both = stage(need("a"), need("b", skipped=True))
    table = run_stage(both, previous={}, meter=meter(), threads=2)
    outlines = [Row(photo_id=row.photo_id, outcome=row.outcome, inputs=row.inputs) for row in table]

    assert both.stands(outlines)
    assert not both.stands([])
    assert not both.stands(outlines[:1])
    assert not both.stands(outlines[::-1])
    assert not both.stands([*outlines, outlines[0].model_copy(update={"photo_id": "gone"})])
    assert not both.stands([outlines[0].model_copy(update={"inputs": "other"}), outlines[1]])
    failed = outlines[0].model_copy(update={"outcome": Outcome.FAILED})
    assert not both.stands([failed, outlines[1]])


def test_nothing_to_do_starts_no_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also for a batch without photos."""
    names: list[str] = []
    monkeypatch.setattr(threading.Thread, "start", lambda self: names.append(self.name))

    assert run_stage(stage(), previous={}, meter=meter(), threads=2) == []
    assert names == []


@pytest.mark.parametrize(
    ("error", "failure"),
    [
        (PhotoFailed("TimedOut", "no result", retryable=False), TIMEOUT),
        (
            ObjectMissing("blobs/ab/cd"),
            Failure(
                error_type="ObjectMissing",
                message="the store has no object named blobs/ab/cd",
                retryable=False,
            ),
        ),
    ],
    ids=["failed", "lost"],
)
def test_a_photos_own_trouble_becomes_its_row(error: Exception, failure: Failure) -> None:
    """The others are made; the next run works on this one alone."""

    def make(need: Need[str], work: str) -> TextRow:
        if need.photo_id == "bad":
            raise error
        return read(need, work)

    three = stage(need("good"), need("bad"), need("better"), make=make)
    counted = meter()

    rows = run_stage(three, previous={}, meter=counted, threads=2)

    assert [(row.outcome, row.failure) for row in rows] == [
        (Outcome.DONE, None),
        (Outcome.FAILED, failure),
        (Outcome.DONE, None),
    ]
    assert (counted.now.done, counted.now.failed) == (3, 1)
    assert three.outstanding(earlier(rows)) == [three.needs[1]]


@pytest.mark.parametrize("error", [EngineUnavailable("install Tesseract"), ValueError("a mistake")])
def test_any_other_error_stops_the_stage(error: Exception) -> None:
    """It surfaces as itself; photos whose turn has not come are not begun."""
    begun: list[str] = []

    def make(need: Need[str], work: str) -> TextRow:  # noqa: ARG001 - a stage's signature
        begun.append(need.photo_id)
        raise error

    hundred = stage(*(need(str(number)) for number in range(100)), make=make)

    with pytest.raises(type(error)) as caught:
        run_stage(hundred, previous={}, meter=meter(), threads=1)

    assert caught.value is error
    assert len(begun) < 100


def test_an_interruption_stops_the_stage() -> None:
    """Somebody who ends a run does not wait for its photos, nor for the one under way."""
    left = threading.Event()
    worked_on: list[str] = []
    main_thread = threading.get_ident()

    def make(need: Need[str], work: str) -> TextRow:
        worked_on.append(need.photo_id)
        signal.pthread_kill(main_thread, signal.SIGINT)
        left.wait(30)
        return read(need, work)

    ten = stage(*(need(str(number)) for number in range(10)), make=make)

    with pytest.raises(KeyboardInterrupt):
        run_stage(ten, previous={}, meter=meter(), threads=1)
    left.set()

    assert worked_on == ["0"]


def test_several_photos_are_worked_on_at_once() -> None:
    """As many as there are threads: these two wait for each other."""
    both = threading.Barrier(2, timeout=30)

    def make(need: Need[str], work: str) -> TextRow:
        both.wait()
        return read(need, work)

    rows = run_stage(stage(need("a"), need("b"), make=make), previous={}, meter=meter(), threads=2)

    assert [row.outcome for row in rows] == [Outcome.DONE] * 2


def test_the_work_on_each_photo_is_timed(monkeypatch: pytest.MonkeyPatch) -> None:
    """In its row, and summed up by the meter."""
    clock = iter([10.0, 12.0, 20.0, 23.0])
    monkeypatch.setattr(time, "perf_counter", lambda: next(clock))
    counted = meter()

    rows = run_stage(stage(need("a"), need("b")), previous={}, meter=counted, threads=1)

    assert [row.seconds for row in rows] == [2.0, 3.0]
    assert counted.now.work_seconds == 5.0


@pytest.mark.parametrize(
    "trouble", [PhotoFailed("Crashed", "ended", retryable=False), ObjectMissing("b")]
)
def test_photos_worked_on_together_fail_alone(trouble: Exception) -> None:
    """What happens to one of a group costs the others of it no more than another try."""
    groups: list[list[str]] = []

    def make_group(needs: Sequence[Need[str]]) -> list[TextRow]:
        groups.append([need.photo_id for need in needs])
        return [make(need, str(need.work)) for need in needs]

    def make(need: Need[str], work: str) -> TextRow:
        if need.photo_id == "bad":
            raise trouble
        return read(need, work)

    needs = [need("a"), need("b"), need("bad"), need("c"), need("d")]
    together = Stage("texts", TextRow, needs, make, Together(2, make_group))

    rows = run_stage(together, previous={}, meter=meter(), threads=1)

    assert groups == [["a", "b"], ["bad", "c"]]
    assert [(row.photo_id, row.outcome) for row in rows] == [
        ("a", "done"),
        ("b", "done"),
        ("bad", "failed"),
        ("c", "done"),
        ("d", "done"),
    ]
    assert all(row.seconds > 0 for row in rows)
