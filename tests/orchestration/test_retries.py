"""Which failed runs are asked for again: real runs of a small job by the name of the large one."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.events import JobFailureData, RunFailureReason

from darkroom.errors import DarkroomError, EngineUnavailable, RecordsUnavailable, SettingsInvalid
from darkroom.outcomes import Failure, Outcome
from darkroom.rows import Entry, PhotoRow
from darkroom.settings import RunSettings
from orchestration.configuration import load_settings
from orchestration.home import Home
from orchestration.intake import Sender, take_in
from orchestration.retries import Retries, wait_s
from orchestration.tags import PARTITION_TAG
from orchestration.wiring import Adapters

AWAY = RecordsUnavailable("the database does not answer")


def _failing(step: str, error: Exception) -> dg.JobDefinition:
    @dg.op(name=step)
    def fails() -> None:
        """As a step whose patience is at its end."""
        if isinstance(error, DarkroomError):
            raise dg.Failure(str(error), allow_retries=False) from error
        raise error

    @dg.job(name="process_batch")
    def process_batch() -> None:
        fails()

    return process_batch


@dataclass
class Desk:
    """A home with batches whose runs failed, and what is asked for."""

    adapters: Adapters
    instance: dg.DagsterInstance
    folder: Path
    cursor: str | None = None

    def batch(self, name: str = "spring") -> str:
        folder = self.folder / name
        folder.mkdir()
        (folder / "a.jpg").write_bytes(name.encode())
        [batch] = take_in(self.adapters, str(folder), Sender("anna")).batches
        return batch.key

    def fails(
        self, batch: str, error: Exception, *, step: str = "records", **tags: str
    ) -> dg.DagsterRun:
        ended = _failing(step, error).execute_in_process(
            instance=self.instance, tags={PARTITION_TAG: batch, **tags}, raise_on_error=False
        )
        run = self.instance.get_run_by_id(ended.run_id)
        assert run is not None
        return run

    def photo_failed(self, batch: str, *, retryable: bool) -> None:
        failure = Failure(error_type="HttpStatus", message="503", retryable=retryable)
        row = PhotoRow(
            photo_id="0001",
            outcome=Outcome.FAILED,
            inputs="",
            failure=failure,
            uri="",
            filename="a.jpg",
        )
        [entry] = self._entries(batch)
        self.adapters.tables.write(
            "photos", batch, [row.model_copy(update={"photo_id": entry.photo_id})]
        )

    def due(self, run: dg.DagsterRun, *, after_s: float) -> list[dg.RunRequest]:
        """What is asked for so many seconds after the end of `run`."""
        record = self.instance.get_run_record_by_id(run.run_id)
        assert record is not None
        assert record.end_time is not None
        due = Retries(self.adapters, self.instance).due(self.cursor, now=record.end_time + after_s)
        self.cursor = due.cursor
        return due.requests

    def begins(self, request: dg.RunRequest) -> None:
        """As Dagster does with what a tick asks for."""
        self.instance.create_run_for_job(
            _failing("records", AWAY),
            status=dg.DagsterRunStatus.STARTED,
            tags={PARTITION_TAG: request.partition_key or ""},
        )

    def _entries(self, batch: str) -> list[Entry]:
        return self.adapters.tables.read("manifests", batch, Entry)


@pytest.fixture
def desk(home: Home, tmp_path: Path) -> Iterator[Desk]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield Desk(Adapters(home, load_settings(home)), instance, tmp_path)


def test_a_run_that_found_the_world_away_is_asked_for_when_its_time_has_come(desk: Desk) -> None:
    """Once, with its attempt and the run before it in its tags."""
    batch = desk.batch()
    run = desk.fails(batch, AWAY)

    assert desk.due(run, after_s=59) == []
    [asked] = desk.due(run, after_s=61)

    assert (asked.run_key, asked.partition_key) == (f"retry of {run.run_id}", batch)
    assert asked.tags["darkroom/retry"] == "1 of 3"
    assert asked.tags["darkroom/retry_of"] == run.run_id
    assert asked.tags["darkroom/owner"] == "anna"


def test_waits_double_up_to_a_bound() -> None:
    """With a bound on the number of runs too."""
    runs = RunSettings(retry_wait_s=60, max_retry_wait_s=200)

    assert [wait_s(runs, attempt) for attempt in range(4)] == [60, 120, 200, 200]


def test_attempts_are_bounded(desk: Desk) -> None:
    """The third retry of three is the last; a person's own run begins anew."""
    batch = desk.batch()
    third = desk.fails(batch, AWAY, **{"darkroom/retry": "2 of 3"})
    [last] = desk.due(third, after_s=241)
    ended = desk.fails(batch, AWAY, **{"darkroom/retry": "3 of 3"})

    assert last.tags["darkroom/retry"] == "3 of 3"
    assert desk.due(ended, after_s=10_000) == []

    # Re-executed in the UI, which copies the tags.
    by_hand = desk.fails(
        batch, AWAY, **{"darkroom/retry": "3 of 3", "dagster/parent_run_id": ended.run_id}
    )
    [first] = desk.due(by_hand, after_s=61)
    assert first.tags["darkroom/retry"] == "1 of 3"


@pytest.mark.parametrize(
    "error",
    [
        pytest.param(ZeroDivisionError("a mistake of ours"), id="our own mistake"),
        pytest.param(SettingsInvalid("ocr.languages names none"), id="something to be changed"),
        pytest.param(EngineUnavailable("no language tlh"), id="something to be installed"),
    ],
)
def test_what_a_person_must_mend_waits_for_one(desk: Desk, error: Exception) -> None:
    """Another run would end no better."""
    run = desk.fails(desk.batch(), error)

    assert desk.due(run, after_s=10_000) == []


@pytest.mark.parametrize("retryable", [True, False])
def test_photos_that_may_pass_later_are_a_reason(desk: Desk, *, retryable: bool) -> None:
    """Photos that failed for good are none."""
    batch = desk.batch()
    desk.photo_failed(batch, retryable=retryable)
    run = desk.fails(batch, dg.Failure("1 of 1 photos failed"), step="batch_report")

    assert [asked.partition_key for asked in desk.due(run, after_s=61)] == [batch][: int(retryable)]


def test_a_lost_run_is_taken_up(desk: Desk) -> None:
    """Whoever noticed that its process is gone; one that a person cancelled is not."""
    lost, unseen, cancelled = desk.batch("lost"), desk.batch("unseen"), desk.batch("cancelled")
    runs = {
        batch: desk.instance.create_run_for_job(
            _failing("records", AWAY),
            status=dg.DagsterRunStatus.STARTED,
            tags={PARTITION_TAG: batch},
        )
        for batch in (lost, unseen, cancelled)
    }
    reason = JobFailureData(error=None, failure_reason=RunFailureReason.UNEXPECTED_TERMINATION)
    desk.instance.report_run_failed(runs[lost], "gone", reason)
    desk.instance.report_run_failed(runs[unseen], "as Dagster's own monitoring says it")
    desk.instance.report_run_canceled(runs[cancelled])

    due = desk.due(runs[unseen], after_s=61)
    assert [asked.partition_key for asked in due] == [lost, unseen]


def test_a_batch_that_somebody_took_up_is_left_to_them(desk: Desk) -> None:
    """A later run of it, however it stands, is the last word."""
    batch = desk.batch()
    run = desk.fails(batch, AWAY)
    desk.instance.create_run_for_job(
        _failing("records", AWAY), status=dg.DagsterRunStatus.STARTED, tags={PARTITION_TAG: batch}
    )

    assert desk.due(run, after_s=61) == []


def test_a_tick_asks_for_few_and_forgets_none(desk: Desk) -> None:
    """What is left over is asked for by the next; what is settled is not looked at again."""
    runs = [desk.fails(desk.batch(f"b{number}"), AWAY) for number in range(27)]

    first = desk.due(runs[-1], after_s=61)
    for request in first:
        desk.begins(request)
    second = desk.due(runs[-1], after_s=61)
    asked = [request.run_key for request in (*first, *second)]

    assert (len(first), len(second)) == (25, 2)
    assert set(asked) == {f"retry of {run.run_id}" for run in runs}
    assert desk.cursor is not None
    record = desk.instance.get_run_record_by_id(runs[-1].run_id)
    assert record is not None
    assert desk.cursor == record.update_timestamp.isoformat()
