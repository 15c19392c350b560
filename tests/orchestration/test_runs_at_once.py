"""The same batch run twice at once, and two batches with the same photos at once."""

import multiprocessing
import os
import shutil
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest

from darkroom.batches import Batch
from darkroom.samples import scenes
from orchestration.announcing import announce
from orchestration.batch_runner import BatchRun, begin, run_batch
from orchestration.configuration import load_settings
from orchestration.home import Home
from orchestration.instance import open_instance
from orchestration.intake import Sender, take_in
from orchestration.tags import run_tags
from orchestration.wiring import Adapters
from tests.soak.snapshots import Snapshot, differences, snapshot

_MEETING: list[Barrier] = []


def begin_together(meeting: Barrier) -> None:
    """In each process, before its run."""
    begin(dict(os.environ))
    _MEETING.append(meeting)


def run_together(home: str, batch: str, tags: dict[str, str]) -> BatchRun:
    """All processes begin their run at one moment."""
    [meeting] = _MEETING
    meeting.wait()
    return run_batch(home, batch, tags)


@dataclass(frozen=True)
class Place:
    """A home with two batches that share their photos."""

    home: Home
    batches: list[Batch]

    @property
    def adapters(self) -> Adapters:
        return Adapters(self.home, load_settings(self.home))

    def run(self, *batches: Batch) -> list[bool]:
        """Each in a process of its own, all at once; whether each succeeded."""
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(
            len(batches), context, begin_together, (context.Barrier(len(batches)),)
        ) as processes:
            runs = [
                processes.submit(run_together, str(self.home.root), batch.key, run_tags(batch))
                for batch in batches
            ]
            return [run.result().success for run in runs]

    def snapshot(self) -> Snapshot:
        found = snapshot(self.adapters, f"sqlite:///{self.home.records}")
        self.adapters.records.close()
        return found


def place(home: Home, sources: list[Path]) -> Place:
    adapters = Adapters(home, load_settings(home))
    with open_instance(home, adapters.settings) as instance:
        batches = [
            take_in(adapters, str(source), Sender(source.name)).batches[0] for source in sources
        ]
        announce(instance, batches)
    return Place(home, batches)


@pytest.mark.timeout(900)  # five runs, each with its processes
def test_at_once_ends_as_one_after_the_other(home: Home, tmp_path: Path) -> None:
    """The same rows in every table of database and store, and the same objects, byte for byte."""
    sources = [tmp_path / "anna", tmp_path / "ben"]
    for source in sources:
        source.mkdir()
        for number in range(4):
            scenes.lake((320, 240), seed=number).save(source / f"{number}.jpg")
    shutil.copyfile(sources[0] / "0.jpg", sources[0] / "again.jpg")
    calm = place(Home(tmp_path / "calm"), sources)
    # At once, either may be the first: what is compared does not hang on it.
    assert [calm.run(batch) for batch in reversed(calm.batches)] == [[True], [True]]

    busy = place(home, sources)
    anna, ben = busy.batches
    assert busy.run(anna, anna, ben) == [True, True, True]

    assert differences(calm.snapshot(), busy.snapshot()) == []
    assert list(busy.adapters.store.names("checkpoints/")) == []
