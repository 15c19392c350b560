"""Ticks of the feed schedule, against a web server on loopback."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import dagster as dg
import pytest
from dagster import DagsterRun
from dagster._core.definitions.schedule_definition import ScheduleExecutionData
from dagster._core.utils import make_new_run_id

from assets.partitions import BATCHES
from darkroom.batches import BatchSummary
from orchestration.configuration import load_settings
from orchestration.definitions import definitions
from orchestration.home import Home
from orchestration.wiring import Adapters


@dataclass
class Publisher:
    """Manifests by path; what is not among them answers 404."""

    port: int = 0
    manifests: dict[str, str] = field(default_factory=dict)

    def feed(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def publish(self, path: str, *photos: str) -> str:
        lines = [f"http://127.0.0.1:{self.port}/photos/{photo}" for photo in photos]
        self.manifests[path] = "\n".join(["url", *lines]) + "\n"
        return self.feed(path)


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    publisher = Publisher()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = publisher.manifests.get(self.path)
            self.send_response(404 if body is None else 200)
            self.send_header("Content-Length", str(len(body or "")))
            self.end_headers()
            self.wfile.write((body or "").encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - inherited name
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        publisher.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield publisher
        server.shutdown()
        thread.join()


@dataclass
class Clock:
    """Ticks the schedule as the daemon does."""

    home: Home
    instance: dg.DagsterInstance

    def tick(self) -> ScheduleExecutionData:
        loaded: dg.Definitions = definitions()
        with dg.build_schedule_context(
            instance=self.instance,
            repository_def=loaded.get_repository_def(),
            scheduled_execution_time=datetime(2024, 5, 1, tzinfo=UTC),
        ) as context:
            return loaded.resolve_schedule_def("feed_schedule").evaluate_tick(context)

    def started(self) -> ScheduleExecutionData:
        """A tick whose runs are made, as the daemon makes them."""
        ticked = self.tick()
        for request in ticked.run_requests or []:
            tags = {"dagster/partition": str(request.partition_key)}
            self.instance.add_run(
                DagsterRun(run_id=make_new_run_id(), job_name="process_batch", tags=tags)
            )
        return ticked

    def batches(self) -> list[BatchSummary]:
        return Adapters(self.home, load_settings(self.home)).records.batches()


@pytest.fixture
def clock(home: Home, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch) -> Clock:
    monkeypatch.setenv("DARKROOM_DOWNLOADS__MAX_RETRIES", "0")
    monkeypatch.setenv("DARKROOM_INTAKE__FEED_OWNER", "agency")
    return Clock(home, instance)


def follow(monkeypatch: pytest.MonkeyPatch, *feeds: str) -> None:
    monkeypatch.setenv("DARKROOM_INTAKE__FEEDS", json.dumps(feeds))
    monkeypatch.setenv("DARKROOM_DOWNLOADS__ALLOW_ADDRESSES", '["127.0.0.1"]')


def test_new_entries_become_a_batch(
    clock: Clock, publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the feeds' owner, with a run asked for and a partition to run."""
    follow(monkeypatch, publisher.publish("/day.csv", "1.jpg", "2.jpg"))
    [request] = clock.tick().run_requests or []
    [summary] = clock.batches()

    assert (summary.batch.owner, summary.batch.photos) == ("agency", 2)
    assert request.partition_key == request.run_key == summary.batch.key
    assert request.tags["darkroom/owner"] == "agency"
    assert list(clock.instance.get_dynamic_partitions(BATCHES)) == [summary.batch.key]


def test_a_feed_that_says_the_same_twice_is_one_batch(
    clock: Clock, publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ticking again opens nothing and says why; only what is added is new."""
    follow(monkeypatch, publisher.publish("/day.csv", "1.jpg", "2.jpg"))
    clock.started()
    again = clock.started()
    publisher.publish("/day.csv", "2.jpg", "3.jpg", "1.jpg")
    third = clock.tick()

    assert (again.run_requests, again.skip_message) == ([], "nothing new in the feeds")
    assert len(third.run_requests or []) == 1
    assert [summary.batch.photos for summary in clock.batches()] == [2, 1]


def test_a_tick_whose_answer_was_lost_is_answered_by_the_next(
    clock: Clock, publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when the daemon ends before it has made the runs."""
    follow(monkeypatch, publisher.publish("/day.csv", "1.jpg"))
    [lost] = clock.tick().run_requests or []
    [again] = clock.started().run_requests or []

    assert (again.run_key, again.partition_key) == (lost.run_key, lost.partition_key)
    assert clock.tick().run_requests == []


def test_a_feed_that_is_down_does_not_stop_the_others(
    clock: Clock,
    publisher: Publisher,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """It is warned about, without what its address may hold of secrets."""
    down = f"http://me:hunter2@127.0.0.1:{publisher.port}/gone.csv?token=hunter2"
    follow(monkeypatch, down, publisher.publish("/day.csv", "1.jpg"))
    [request] = clock.tick().run_requests or []
    said = capfd.readouterr().err

    assert request.partition_key == clock.batches()[0].batch.key
    assert "feed not read: " in said
    assert "hunter2" not in said


def test_what_a_feed_s_batch_is_called_holds_no_secret(
    clock: Clock,
    publisher: Publisher,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Its source, as the lineage and `darkroom status` show it."""
    publisher.publish("/day.csv?token=hunter2", "1.jpg")
    follow(monkeypatch, publisher.feed("/day.csv?token=hunter2"))
    clock.tick()
    event = clock.instance.get_latest_materialization_event(dg.AssetKey("manifests"))
    assert event is not None
    assert event.asset_materialization is not None

    shown = event.asset_materialization.metadata["source"].value
    assert shown == publisher.feed("/day.csv?token=***")
    assert clock.batches()[0].batch.source == shown
    assert "hunter2" not in capfd.readouterr().err


def test_without_feeds_it_stands_still(clock: Clock) -> None:
    """And says so."""
    loaded: dg.Definitions = definitions()
    schedule = loaded.resolve_schedule_def("feed_schedule")

    assert schedule.default_status is dg.DefaultScheduleStatus.STOPPED
    assert clock.tick().skip_message == "no feeds are set"


def test_with_feeds_it_runs_by_its_cron(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001 - definitions read which home it is
    """As the settings say."""
    follow(monkeypatch, "http://127.0.0.1:1/day.csv")
    monkeypatch.setenv("DARKROOM_INTAKE__FEED_CRON", "5 4 * * *")
    loaded: dg.Definitions = definitions()
    schedule = loaded.resolve_schedule_def("feed_schedule")

    assert schedule.default_status is dg.DefaultScheduleStatus.RUNNING
    assert schedule.cron_schedule == "5 4 * * *"
