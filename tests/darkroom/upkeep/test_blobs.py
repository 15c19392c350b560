import hashlib
import os
import threading
import time
from pathlib import Path

import pytest

from darkroom.errors import TableUnreadable
from darkroom.outcomes import Outcome
from darkroom.rows import Entry, PhotoPart, PhotoRow, RenditionRow
from darkroom.storage.blobs import blob_name
from darkroom.storage.tables import Tables, parquet
from darkroom.upkeep.blobs import unfinished_writes, unreferenced_blobs
from darkroom.upkeep.sweeping import Swept, sweep_all
from resources.stores.folder import FolderStore

DAY_S = 86_400
DONE = {"outcome": Outcome.DONE, "inputs": "i"}


class NestedRow(PhotoPart):
    """As a checkpoint may keep several rows of one photo in one."""

    photo: PhotoRow
    rendition: RenditionRow | None = None


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path / "store")


def content(word: str) -> str:
    return hashlib.sha256(word.encode()).hexdigest()


def keep(store: FolderStore, *words: str, days: float) -> None:
    """Blobs that were added so many days ago."""
    for word in words:
        name = blob_name(content(word))
        store.put(name, word.encode())
        moment = time.time() - days * DAY_S
        os.utime(store.root / name, (moment, moment))


def kept(store: FolderStore) -> set[str]:
    return {store.read(name).decode() for name in store.names("blobs/")}


def photo(word: str) -> PhotoRow:
    return PhotoRow(photo_id=word, uri="u", filename="f", sha256=content(word), **DONE)  # type: ignore[arg-type]  # see DONE


def rendition(word: str) -> RenditionRow:
    return RenditionRow(photo_id=word, sha256=content(word), **DONE)  # type: ignore[arg-type]  # see DONE


def prune(store: FolderStore, *, dry_run: bool = False) -> list[Swept]:
    moment = time.time() - 14 * DAY_S
    return sweep_all([unreferenced_blobs(store, written_before=moment)], dry_run=dry_run)


def test_only_what_is_old_and_named_by_nobody_goes(store: FolderStore) -> None:
    """Originals and renditions of every batch stay, whatever their age; so does what is young."""
    keep(store, "original", "small", "under way", "nested", "orphan", "forgotten", days=30)
    keep(store, "young orphan", days=3)
    tables = Tables(store)
    tables.write("photos", "b1", [photo("original")])
    tables.write("renditions", "b2", [rendition("small")])
    tables.write("manifests", "b1", [Entry(photo_id="p", uri="u", filename="f", identity="i")])
    store.put("checkpoints/photos/b3!1.parquet", parquet([photo("under way")]))
    store.put(
        "checkpoints/ingest/b3!2.parquet",
        parquet([NestedRow(photo_id="p", photo=photo("x"), rendition=rendition("nested"))]),
    )
    others = {"original", "small", "under way", "nested", "young orphan"}

    assert prune(store, dry_run=True) == [Swept("unreferenced blobs", 2, 15)]
    assert kept(store) == {*others, "orphan", "forgotten"}
    assert prune(store) == [Swept("unreferenced blobs", 2, 15)]
    assert kept(store) == others
    assert prune(store) == [Swept("unreferenced blobs", 0, 0)]


def test_nothing_goes_when_a_table_cannot_be_read(store: FolderStore) -> None:
    """Nobody knows what it names."""
    keep(store, "orphan", days=30)
    store.put("tables/photos/b1.parquet", b"damaged")

    with pytest.raises(TableUnreadable):
        prune(store)
    assert kept(store) == {"orphan"}


def test_a_photo_that_comes_in_while_its_old_blob_is_pruned_keeps_it(
    store: FolderStore, tmp_path: Path
) -> None:
    """Its row is written long after the blobs were listed and the tables were read."""
    keep(store, "again", "orphan", days=30)
    source = tmp_path / "again.jpg"
    source.write_text("again")
    sweep = unreferenced_blobs(store, written_before=time.time() - 14 * DAY_S)
    found = list(sweep.find())
    added = store.add(blob_name(content("again")), source)
    removed = [remove() for _, remove in found]
    Tables(store).write("photos", "b1", [photo("again")])

    assert added is False
    assert sorted(removed) == [False, True]
    assert kept(store) == {"again"}


def test_a_checkpoint_that_becomes_a_table_in_the_meantime_is_not_missed(
    store: FolderStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is removed just when its turn to be read has come."""
    keep(store, "moving", days=30)
    part = "checkpoints/photos/b1!1.parquet"
    store.put(part, parquet([photo("moving")]))
    read = FolderStore.read

    def finishes_first(self: FolderStore, name: str) -> bytes:
        if name == part:
            Tables(store).write("photos", "b1", [photo("moving")])
            store.delete(part)
        return read(self, name)

    monkeypatch.setattr(FolderStore, "read", finishes_first)

    assert prune(store) == [Swept("unreferenced blobs", 0, 0)]
    assert kept(store) == {"moving"}


def test_two_at_once_remove_each_blob_once(store: FolderStore) -> None:
    """Between them they come to what one alone would."""
    words = [f"orphan {number}" for number in range(200)]
    keep(store, *words, days=30)
    ends: list[Swept] = []
    threads = [threading.Thread(target=lambda: ends.extend(prune(store))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(end.count for end in ends) == 200
    assert kept(store) == set()


def test_leftovers_of_killed_writes_go(store: FolderStore) -> None:
    """From folders of ours only: others may keep their things beside."""
    for folder in ("blobs/ab", "tables/photos", "theirs"):
        (store.root / folder).mkdir(parents=True)
        file = store.root / folder / f".{'0' * 32}.unfinished"
        file.write_bytes(b"123")
        os.utime(file, (1000, 1000))

    assert sweep_all([unfinished_writes(store, begun_before=2000)], dry_run=False) == [
        Swept("unfinished writes", 2, 6)
    ]
    assert [path.parent.name for path in store.root.rglob("*.unfinished")] == ["theirs"]
