"""Ticks of the inbox sensor, on an instance that keeps what they ask for."""

import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
import dagster as dg
import pytest
from dagster._core.definitions.sensor_definition import SensorExecutionData

from assets.partitions import BATCHES
from darkroom.batches import Batch
from orchestration.configuration import load_settings
from orchestration.definitions import definitions
from orchestration.home import Home
from orchestration.intake import Sender, take_in
from orchestration.wiring import Adapters

if TYPE_CHECKING:
    from tests.conftest import S3Server


@dataclass
class Daemon:
    """Ticks the sensor, and does what a tick asks for."""

    home: Home
    instance: dg.DagsterInstance
    cursor: str | None = None

    def evaluated(self) -> SensorExecutionData:
        loaded: dg.Definitions = definitions()
        # As the daemon builds it; the public builder's context resolves no partition.
        with dg.SensorEvaluationContext(
            instance_ref=self.instance.get_ref(),
            last_tick_completion_time=None,
            last_run_key=None,
            cursor=self.cursor,
            repository_name=None,
            repository_def=loaded.get_repository_def(),
        ) as context:
            return loaded.resolve_sensor_def("inbox_sensor").evaluate_tick(context)

    def tick(self) -> list[dg.RunRequest]:
        result = self.evaluated()
        for asked in result.dynamic_partitions_requests:
            self.instance.add_dynamic_partitions(asked.partitions_def_name, asked.partition_keys)
        for event in result.asset_events:
            self.instance.report_runless_asset_event(event)
        self.cursor = result.cursor
        return list(result.run_requests)

    def partitions(self) -> list[str]:
        return list(self.instance.get_dynamic_partitions(BATCHES))

    def batches(self) -> list[Batch]:
        adapters = Adapters(self.home, load_settings(self.home))
        return [summary.batch for summary in adapters.records.batches()]


@pytest.fixture
def daemon(home: Home, instance: dg.DagsterInstance) -> Daemon:
    home.make()
    return Daemon(home, instance)


def drop(home: Home, name: str, *files: str) -> Path:
    folder = home.inbox / name
    folder.mkdir(parents=True)
    for file in files or ("a.jpg", "b.jpg"):
        (folder / file).write_bytes(f"{name}/{file}".encode())
    return folder


def test_a_dropped_folder_becomes_a_batch_once(daemon: Daemon) -> None:
    """Nothing at first sight, a batch at the second, and nothing ever after."""
    drop(daemon.home, "spring")

    assert daemon.tick() == []
    [request] = daemon.tick()
    [batch] = daemon.batches()
    assert (request.partition_key, request.run_key) == (batch.key, batch.key)
    assert (batch.owner, batch.photos) == ("inbox", 2)
    assert daemon.partitions() == [batch.key]
    assert daemon.tick() == []
    assert daemon.tick() == []


def test_the_manifest_is_materialised_with_its_batch(daemon: Daemon) -> None:
    """The lineage shows where the batch begins."""
    drop(daemon.home, "spring")
    daemon.tick()
    [request] = daemon.tick()
    event = daemon.instance.get_latest_materialization_event(dg.AssetKey("manifests"))

    assert event is not None
    assert event.asset_materialization is not None
    assert event.asset_materialization.partition == request.partition_key


def test_what_still_changes_waits(daemon: Daemon) -> None:
    """A folder that is being copied is not cut in two."""
    folder = drop(daemon.home, "spring")
    for number in range(3):
        (folder / f"more-{number}.jpg").write_bytes(b"x")
        assert daemon.tick() == []

    assert len(daemon.tick()) == 1
    assert [batch.photos for batch in daemon.batches()] == [5]


def test_photos_added_later_are_a_batch_of_their_own(daemon: Daemon) -> None:
    """Those that are known are not taken again."""
    folder = drop(daemon.home, "spring")
    daemon.tick()
    daemon.tick()
    (folder / "late.jpg").write_bytes(b"late")
    daemon.tick()
    [request] = daemon.tick()

    assert [batch.photos for batch in daemon.batches()] == [2, 1]
    assert request.partition_key == daemon.batches()[1].key


def test_a_tick_that_is_lost_is_made_up_for(daemon: Daemon) -> None:
    """The batch was opened, but the daemon ended before it kept what the tick asked for."""
    drop(daemon.home, "spring")
    daemon.tick()
    daemon.evaluated()
    [batch] = daemon.batches()
    assert daemon.partitions() == []

    [request] = daemon.tick()
    assert request.partition_key == batch.key
    assert daemon.batches() == [batch]


def test_a_batch_that_an_import_opened_and_left_is_picked_up(daemon: Daemon) -> None:
    """Nothing that was opened is forgotten, whoever opened it."""
    source = drop(Home(daemon.home.root / "elsewhere"), "spring")
    adapters = Adapters(daemon.home, load_settings(daemon.home))
    [batch] = take_in(adapters, str(source), Sender("anna", "R-7", 3)).batches
    [request] = daemon.tick()

    assert request.partition_key == batch.key
    tags = {name: request.tags[name] for name in request.tags if name.startswith("darkroom/")}
    assert tags == {"darkroom/owner": "anna", "darkroom/report": "R-7"}
    assert request.tags["dagster/priority"] == "3"


def test_the_owner_stands_in_the_name(daemon: Daemon) -> None:
    """And in the run's tags, by which owners do not hold back one another."""
    drop(daemon.home, "anna@spring")
    with zipfile.ZipFile(daemon.home.inbox / "ben@autumn.zip", "w") as archive:
        archive.writestr("c.jpg", b"c")
    daemon.tick()
    requests = daemon.tick()

    assert [request.tags["darkroom/owner"] for request in requests] == ["anna", "ben"]
    assert [batch.owner for batch in daemon.batches()] == ["anna", "ben"]


def test_an_owner_with_a_hostile_name_is_only_a_name(daemon: Daemon) -> None:
    """Markup, line breaks and letters beyond ASCII reach tags, in one line."""
    drop(daemon.home, "<b>Änne|\n'\"@spring")
    daemon.tick()
    [request] = daemon.tick()

    assert request.tags["darkroom/owner"] == "<b>Änne| '\""
    assert request.partition_key == daemon.batches()[0].key


def test_what_cannot_be_read_blocks_nothing(
    daemon: Daemon, capfd: pytest.CaptureFixture[str]
) -> None:
    """It is warned about, a few ticks long, and the rest becomes batches."""
    (daemon.home.inbox / "broken.zip").write_bytes(b"PK\x03\x04 no archive")
    (daemon.home.inbox / "odd.csv").write_bytes(b"a,b\n1,2\n")
    drop(daemon.home, "spring")
    daemon.tick()
    [request] = daemon.tick()
    first = capfd.readouterr().err
    for _ in range(4):
        assert daemon.tick() == []
    capfd.readouterr()
    assert daemon.tick() == []

    assert request.partition_key.startswith("spring-")
    assert f"not imported: {daemon.home.inbox / 'broken.zip'}: " in first
    assert f"not imported: {daemon.home.inbox / 'odd.csv'}: " in first
    assert "not imported" not in capfd.readouterr().err


def test_a_link_is_not_followed_and_said_once(
    daemon: Daemon, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Whoever drops it learns from the log what to do instead."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "a.jpg").write_bytes(b"a")
    (daemon.home.inbox / "spring").symlink_to(elsewhere)
    daemon.tick()

    assert daemon.tick() == []
    assert "not imported: spring is a link; drop the photos themselves" in capfd.readouterr().err
    assert daemon.tick() == []
    assert "is a link" not in capfd.readouterr().err
    assert daemon.batches() == []


def test_what_could_not_be_read_is_taken_once_it_can(daemon: Daemon) -> None:
    """An upload that only looked finished, and was completed a minute later."""
    archive = daemon.home.inbox / "spring.zip"
    archive.write_bytes(b"PK\x03\x04 no archive")
    daemon.tick()
    assert daemon.tick() == []
    with zipfile.ZipFile(archive, "w") as whole:
        whole.writestr("a.jpg", b"a")

    assert daemon.tick() == []
    assert len(daemon.tick()) == 1


def test_a_tick_opens_a_bounded_number(daemon: Daemon) -> None:
    """It has a minute; what is left waits for the next tick, and all of it comes."""
    for number in range(30):
        drop(daemon.home, f"drop-{number:02}", "a.jpg")
    asked = [len(daemon.tick()) for _ in range(4)]

    assert asked == [0, 25, 5, 0]
    assert len(daemon.partitions()) == 30


def test_a_large_drop_is_asked_for_bit_by_bit(
    daemon: Daemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One folder may be many batches."""
    monkeypatch.setenv("DARKROOM_INTAKE__BATCH_SIZE", "1")
    drop(daemon.home, "many", *[f"{number:02}.jpg" for number in range(27)])
    asked = [len(daemon.tick()) for _ in range(4)]

    assert asked == [0, 25, 2, 0]


def test_a_bucket_is_watched_too(
    daemon: Daemon, s3_bucket: str, monkeypatch: pytest.MonkeyPatch, s3_server: "S3Server"
) -> None:
    """Each first level below the prefix is one thing; folders of the home count as before."""
    endpoint = s3_server.endpoint_url
    monkeypatch.setenv("DARKROOM_INTAKE__INBOX_S3", f"s3://{s3_bucket}/in/")
    monkeypatch.setenv("DARKROOM_S3__ENDPOINT_URL", endpoint)
    client = boto3.session.Session().client("s3", endpoint_url=endpoint)
    for key in ("in/anna@spring/a.jpg", "in/anna@spring/deep/b.jpg", "out/c.jpg", "in/.part/d.jpg"):
        client.put_object(Bucket=s3_bucket, Key=key, Body=key.encode())
    drop(daemon.home, "local")
    assert daemon.tick() == []
    client.put_object(Bucket=s3_bucket, Key="in/anna@spring/e.jpg", Body=b"e")

    assert [request.tags["darkroom/owner"] for request in daemon.tick()] == ["inbox"]
    assert [request.tags["darkroom/owner"] for request in daemon.tick()] == ["anna"]
    assert [(batch.source, batch.photos) for batch in daemon.batches()][1:] == [
        (f"s3://{s3_bucket}/in/anna@spring", 3)
    ]
    assert daemon.tick() == []
    client.close()


@pytest.mark.usefixtures("s3_server")  # for its credentials
@pytest.mark.parametrize("inbox", ["s3://no-such-bucket/in", "gs://bucket/in"])
def test_a_bucket_that_is_away_does_not_hold_up_the_folder(
    daemon: Daemon, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], inbox: str
) -> None:
    """It is warned about at each tick."""
    monkeypatch.setenv("DARKROOM_INTAKE__INBOX_S3", inbox)
    monkeypatch.setenv("DARKROOM_S3__ENDPOINT_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("DARKROOM_S3__MAX_ATTEMPTS", "1")
    drop(daemon.home, "spring")
    daemon.tick()

    assert len(daemon.tick()) == 1
    assert "bucket not looked at: " in capfd.readouterr().err
