"""A disk that fills up while a batch is under way."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from darkroom.batches import Batch
from darkroom.errors import RecordsUnavailable
from darkroom.samples import scenes
from darkroom.stages.batch_tables import read_results
from resources.stores.folder import FolderStore
from tests.camera import camera_with

if TYPE_CHECKING:
    from tests.assets.conftest import Pipeline, Run

PHOTOS = 4
DISK_BYTES = 8 << 20
LEFT_BYTES = 40 << 10
"""Room for a photo as it came, not for its rendition."""


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small disk of its own."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small disk")
    options = ["-t", "tmpfs", "-o", f"size={DISK_BYTES}", "none"]
    mounted = subprocess.run(["mount", *options, str(folder)], capture_output=True, check=False)  # noqa: S607 - wherever it is
    if mounted.returncode:
        pytest.skip(f"a small disk cannot be mounted here: {mounted.stderr.decode().strip()}")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)  # noqa: S607 - wherever it is


def fill(disk: Path, *, leaving: int) -> Path:
    """A file that takes the room there is."""
    filler = disk / f"filler {len(list(disk.iterdir()))}"
    filler.write_bytes(bytes(os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize - leaving))
    return filler


@dataclass(frozen=True)
class OnDisk:
    """A batch of which one part lies on the small disk; its steps are not tried twice."""

    pipeline: "Pipeline"
    disk: Path
    source: Path

    def open(self) -> Batch:
        for number in range(PHOTOS):
            scenes.lake((640, 480), seed=number).save(self.source / f"{number}.jpg")
        return self.pipeline.open(self.source)


@pytest.fixture
def on_disk(
    pipeline: "Pipeline", disk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> OnDisk:
    source = tmp_path / "photos"
    source.mkdir()
    monkeypatch.setenv("DARKROOM_RUNS__STEP_RETRIES", "0")
    return OnDisk(pipeline, disk, source)


def said(run: "Run") -> dict[str, str | None]:
    return {
        event.step_key or "": event.step_failure_data.user_failure_data.description
        for event in run.result.all_events
        if event.is_step_failure and event.step_failure_data.user_failure_data
    }


def outcomes(pipeline: "Pipeline", batch: Batch) -> list[str]:
    return [str(each.outcome) for each in read_results(pipeline.adapters.tables, batch.key)]


def check_that_every_object_is_whole(pipeline: "Pipeline") -> None:
    """Blobs are what their names say; nothing unfinished is left beside them."""
    store = pipeline.adapters.store
    assert isinstance(store, FolderStore)
    assert list(store.root.rglob("*.unfinished")) == []
    for name in store.names("blobs/"):
        assert sha256(store.read(name)).hexdigest() == name.removeprefix("blobs/").replace("/", "")


def test_a_full_store_is_said_plainly(on_disk: OnDisk, monkeypatch: pytest.MonkeyPatch) -> None:
    """One sentence, nothing half written; with room the same run ends green."""
    pipeline, disk = on_disk.pipeline, on_disk.disk
    monkeypatch.setenv("DARKROOM_STORE__URL", str(disk / "store"))
    batch = on_disk.open()
    filler = fill(disk, leaving=LEFT_BYTES)
    red = pipeline.run(batch)
    check_that_every_object_is_whole(pipeline)
    filler.unlink()
    green = pipeline.run(batch)

    full = f"the disk of the store {disk / 'store'} is full; make room and try again"
    assert said(red) == {"ingest": full}
    assert (green.failed_steps, outcomes(pipeline, batch)) == ({}, ["done"] * PHOTOS)
    check_that_every_object_is_whole(pipeline)


def test_full_records_are_said_plainly(on_disk: OnDisk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The database is sound, holds what it held, and takes the rest once there is room."""
    pipeline, disk = on_disk.pipeline, on_disk.disk
    monkeypatch.setenv("DARKROOM_DATABASE__URL", f"sqlite:///{disk}/records.db")
    batch = on_disk.open()
    records = pipeline.adapters.records
    records.close()  # so that a new connection makes its small files anew
    filler = fill(disk, leaving=0)
    with pytest.raises(RecordsUnavailable) as caught:
        records.batches()
    filler.unlink()
    assert records.batch(batch.key) == batch
    filler = fill(disk, leaving=0)
    red = pipeline.run(batch)
    filler.unlink()
    green = pipeline.run(batch)
    [summary] = records.batches()
    records.close()

    url = f"sqlite:///{disk}/records.db"
    full = f"the disk of the records database {url} is full; make room and try again"
    assert said(red) == {"duplicates": full}
    assert str(caught.value) == full
    assert (green.failed_steps, outcomes(pipeline, batch)) == ({}, ["done"] * PHOTOS)
    assert (summary.batch, summary.done) == (batch, PHOTOS)


@pytest.mark.parametrize("fetched", ["copied", "downloaded"])
def test_full_scratch_is_said_plainly(
    on_disk: OnDisk, fetched: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is no photo's trouble: the step ends, and no photo has failed for it."""
    pipeline, disk = on_disk.pipeline, on_disk.disk
    monkeypatch.setenv("DARKROOM_DOWNLOADS__ALLOW_ADDRESSES", '["127.0.0.1"]')
    scratch = pipeline.adapters.home.scratch
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.symlink_to(disk)
    with camera_with(PHOTOS) as camera:
        if fetched == "downloaded":
            (on_disk.source / "urls.txt").write_text("\n".join(camera.urls))
            batch = pipeline.open(on_disk.source / "urls.txt")
        else:
            batch = on_disk.open()
        filler = fill(disk, leaving=0)
        red = pipeline.run(batch)
        filler.unlink()
        green = pipeline.run(batch)
    scratch.unlink()

    assert {step: (why or "").partition(":")[0] for step, why in said(red).items()} == {
        "ingest": "scratch cannot be written to"
    }
    assert (green.failed_steps, outcomes(pipeline, batch)) == ({}, ["done"] * PHOTOS)
