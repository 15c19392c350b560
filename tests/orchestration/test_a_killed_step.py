"""A step's process is killed at some moment, and the step is run again."""

import random
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from darkroom.batches import Batch
from darkroom.rows import PhotoRow, Row
from darkroom.stages.batch_tables import STAGE_ROWS
from darkroom.stages.ingest_tables import IngestedPhoto
from darkroom.storage.checkpoints import FOLDER, Parts
from orchestration.announcing import announce
from orchestration.configuration import load_settings
from orchestration.home import Home
from orchestration.instance import open_instance
from orchestration.intake import Sender, take_in
from orchestration.wiring import Adapters
from tests.camera import Camera, camera_with
from tests.conftest import S3Server

PHOTOS = 12
SEED = 1
INGEST = ("photos", "validations", "hashes", "renditions")
STEP = f"""
import dagster as dg
from orchestration.definitions import process_batch_job
import sys
with dg.DagsterInstance.get() as instance:
    dg.execute_job(
        dg.reconstructable(process_batch_job),
        instance=instance,
        asset_selection=[dg.AssetKey(name) for name in {INGEST}],
        tags={{"dagster/partition": sys.argv[1]}},
        run_config={{"loggers": {{"console": {{"config": {{"log_level": "CRITICAL"}}}}}}}},
        raise_on_error=True,
    )
"""


@pytest.fixture
def camera(monkeypatch: pytest.MonkeyPatch) -> Iterator[Camera]:
    monkeypatch.setenv("DARKROOM_DOWNLOADS__ALLOW_ADDRESSES", '["127.0.0.1"]')
    with camera_with(PHOTOS) as camera:
        yield camera


@dataclass(frozen=True)
class Step:
    """The ingest step of one batch, as the executor runs it."""

    adapters: Adapters
    batch: Batch

    def run(self) -> int:
        """In a run of its own; how its process ended."""
        command = [sys.executable, "-c", STEP, self.batch.key]
        with (self.adapters.home.root / "run.log").open("ab") as log:
            return subprocess.run(command, stdout=log, stderr=log, check=False).returncode

    def checkpoint(self) -> Parts[IngestedPhoto]:
        return Parts(self.adapters.store, "ingest", self.batch.key, IngestedPhoto)

    def kept(self) -> set[str]:
        """Paths of the photos in its checkpoint."""
        rows, _ = self.checkpoint().read(log=pytest.fail)
        return {row.photos.uri.rpartition("/")[2] for row in rows}

    def rows(self) -> dict[str, list[Row]]:
        """Its tables, without what depends on the moment."""
        return {
            stage: [
                row.model_copy(update={"seconds": 0.0})
                for row in self.adapters.tables.read(stage, self.batch.key, STAGE_ROWS[stage])
            ]
            for stage in INGEST
        }


@pytest.fixture(params=["folder", "s3"])
def step(
    request: pytest.FixtureRequest,
    home: Home,
    camera: Camera,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Step:
    if request.param == "s3":
        server: S3Server = request.getfixturevalue("s3_server")
        monkeypatch.setenv("DARKROOM_STORE__URL", f"s3://{server.make_bucket()}/kept")
        monkeypatch.setenv("DARKROOM_S3__ENDPOINT_URL", server.endpoint_url)
    monkeypatch.setenv("DARKROOM_DOWNLOADS__MAX_CONCURRENT_DOWNLOADS", "1")
    monkeypatch.setenv("DARKROOM_WORKERS__MAX_WORKERS", "1")
    manifest = tmp_path / "urls.txt"
    manifest.write_text("\n".join(camera.urls))
    adapters = Adapters(home, load_settings(home))
    with open_instance(home, adapters.settings) as instance:
        [batch] = take_in(adapters, str(manifest), Sender("anna")).batches
        announce(instance, [batch])
    return Step(adapters, batch)


def asking(port: int) -> psutil.Process:
    """The process behind a connection: one of those below this one."""
    for process in psutil.Process().children(recursive=True):
        try:
            if any(each.laddr.port == port for each in process.net_connections("tcp4")):
                return process
        except psutil.NoSuchProcess:
            continue
    raise LookupError(f"nobody asks from port {port}")


def test_only_photos_in_flight_are_worked_on_again(step: Step, camera: Camera) -> None:
    """The photo that is being fetched when the step is killed; the others are kept as they finish.

    In the end the tables have each photo once, and no checkpoint is left.
    """
    fatal = random.Random(SEED).randrange(2, PHOTOS)
    killed = threading.Event()

    def kill_when_the_others_are_kept(port: int) -> None:
        if len(camera.asked) == fatal and not killed.is_set():
            others = {path.strip("/") for path in camera.asked[:-1]}
            while step.kept() != others:
                threading.Event().wait(0.02)
            killed.set()
            asking(port).kill()

    camera.at_request = kill_when_the_others_are_kept
    ended = step.run()
    assert killed.is_set(), (step.adapters.home.root / "run.log").read_text()
    assert ended != 0
    assert not any(step.rows().values())
    before, camera.asked = camera.asked, []

    assert step.run() == 0

    assert sorted(camera.asked) == sorted({*camera.photos} - {*before[:-1]})
    photos = [row for row in step.rows()["photos"] if isinstance(row, PhotoRow)]
    assert [row.uri for row in photos] == camera.urls
    assert list(step.adapters.store.names(f"{FOLDER}/")) == []
