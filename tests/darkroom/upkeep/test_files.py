import os
import time
from pathlib import Path

from darkroom.rows import Entry
from darkroom.storage.scratch import Scratch
from darkroom.storage.tables import Tables
from darkroom.upkeep.files import old_progress, old_scratch, unused_sources
from darkroom.upkeep.sweeping import Sweep, Swept, sweep_all
from darkroom.uris import ArchiveMember, zip_uri
from resources.stores.folder import FolderStore

LONG_AGO = 1000.0
RECENTLY = 2000.0


def aged(path: Path) -> None:
    for each in (*path.rglob("*"), path):
        os.utime(each, (LONG_AGO, LONG_AGO))


def swept(sweep: Sweep) -> Swept:
    """What it came to; that a dry run says the same first is held on the way."""
    [would] = sweep_all([sweep], dry_run=True)
    [did] = sweep_all([sweep], dry_run=False)
    assert would == did
    assert sweep_all([sweep], dry_run=False) == [Swept(sweep.kind)]
    return did


def test_scratch_goes_unless_it_is_in_use(tmp_path: Path) -> None:
    """Old folders and copies of objects; what is locked, new or a link stays."""
    scratch = Scratch(tmp_path / "scratch")
    with scratch.folder() as used:
        (used / "photo").write_bytes(b"1")
        left = scratch.root / "left"
        left.mkdir()
        (left / "photo").write_bytes(b"1234")
        (scratch.root / "object-abc").write_bytes(b"12")
        (scratch.root / "new").mkdir()
        (scratch.root / "link").symlink_to(tmp_path)
        for path in (left, scratch.root / "object-abc"):
            aged(path)
        done = swept(old_scratch(scratch.root, changed_before=RECENTLY))
        names = {path.name for path in scratch.root.iterdir()}

    assert done == Swept("scratch", 2, 6)
    assert names == {used.name, "new", "link"}


def test_a_folder_in_use_is_kept_however_old(tmp_path: Path) -> None:
    """Its lock says that somebody works in it."""
    scratch = Scratch(tmp_path / "scratch")
    with scratch.folder() as used:
        aged(used)
        done = sweep_all([old_scratch(scratch.root, changed_before=RECENTLY)], dry_run=False)

        assert done == [Swept("scratch", 0, 0)]
        assert used.is_dir()


def test_archives_that_no_batch_names_go(tmp_path: Path) -> None:
    """Whoever takes photos from one keeps it; what is no archive of ours is let be."""
    sources, store = tmp_path / "sources", FolderStore(tmp_path / "store")
    sources.mkdir()
    for name in ("named.zip", "unnamed.zip", "note.txt", "new.zip"):
        (sources / name).write_bytes(b"123")
    (sources / ".arriving-x").mkdir()
    for name in ("named.zip", "unnamed.zip", "note.txt", ".arriving-x"):
        aged(sources / name)
    uri = zip_uri(ArchiveMember(sources / "named.zip", "inner/a.jpg", 1))
    entry = Entry(photo_id="p", uri=uri, filename="a.jpg", identity=uri)
    Tables(store).write("manifests", "b1", [entry])

    done = swept(unused_sources(sources, store, changed_before=RECENTLY))

    assert done == Swept("fetched archives", 2, 3)
    assert {path.name for path in sources.iterdir()} == {"named.zip", "note.txt", "new.zip"}


def test_progress_goes_once_its_batch_is_over(tmp_path: Path) -> None:
    """That of a batch that may still run, or has just run, stays."""
    for name in ("over", "running", "new"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "texts.json").write_text("{}")
    aged(tmp_path / "over")
    aged(tmp_path / "running")
    (tmp_path / "file").write_text("")
    aged(tmp_path / "file")

    done = swept(
        old_progress(tmp_path, changed_before=RECENTLY, is_over=lambda batch: batch != "running")
    )

    assert done == Swept("progress of batches", 1, 2)
    assert {path.name for path in tmp_path.iterdir()} == {"running", "new", "file"}


def test_a_home_without_these_folders_has_nothing_to_remove(tmp_path: Path) -> None:
    """It is new."""
    nowhere, store = tmp_path / "nowhere", FolderStore(tmp_path / "store")
    moment = time.time()

    assert [
        each.count
        for each in sweep_all(
            [
                old_scratch(nowhere, changed_before=moment),
                unused_sources(nowhere, store, changed_before=moment),
                old_progress(nowhere, changed_before=moment, is_over=lambda _: True),
            ],
            dry_run=False,
        )
    ] == [0, 0, 0]
