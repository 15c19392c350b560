import os
import time
from pathlib import Path

import pytest

from darkroom.outcomes import Outcome
from darkroom.rows import PhotoPart, PhotoRow, TextRow
from darkroom.storage.checkpoints import Parts
from darkroom.storage.tables import Tables, table_name
from darkroom.upkeep.old_checkpoints import superseded_checkpoints
from darkroom.upkeep.sweeping import sweep_all
from resources.stores.folder import FolderStore

DAY_S = 86_400.0


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path / "store")


def aged(store: FolderStore, name: str, days: float) -> str:
    moment = time.time() - days * DAY_S
    os.utime(store.root / name, (moment, moment))
    return name


def part(store: FolderStore, stage: str, batch: str, *, days: float) -> str:
    rows = [PhotoPart(photo_id="a")]
    return aged(store, Parts(store, stage, batch, PhotoPart).write(rows), days)


def table(store: FolderStore, batch: str, *, days: float) -> None:
    row = PhotoRow(photo_id="a", uri="u", filename="f", outcome=Outcome.DONE, inputs="i")
    Tables(store).write("photos", batch, [row])
    aged(store, table_name("photos", batch), days)


def prune(store: FolderStore) -> set[str]:
    sweep_all(
        [superseded_checkpoints(store, written_before=time.time() - 2 * DAY_S)], dry_run=False
    )
    return set(store.names("checkpoints/"))


def test_a_checkpoint_older_than_its_table_is_removed(store: FolderStore) -> None:
    """What an outage left behind goes; what a killed step left, or one under way has, stays."""
    superseded = part(store, "ingest", "b1", days=4)
    table(store, "b1", days=3)
    of_a_killed_step = part(store, "ingest", "b2", days=4)
    killed_again = part(store, "ingest", "b3", days=4)
    table(store, "b3", days=5)
    under_way = part(store, "ingest", "b1", days=0)

    assert prune(store) == {of_a_killed_step, killed_again, under_way}
    assert superseded not in store.names("checkpoints/")


def test_a_stage_is_held_against_its_own_table(store: FolderStore) -> None:
    """The photos of a batch say nothing of its texts."""
    of_texts = part(store, "texts", "b1", days=4)
    table(store, "b1", days=3)
    assert prune(store) == {of_texts}

    text = TextRow(photo_id="a", outcome=Outcome.DONE, inputs="i", text="")
    Tables(store).write("texts", "b1", [text])
    assert prune(store) == set()
