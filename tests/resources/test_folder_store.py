"""The folder store, beyond the contract of all stores."""

import errno
import os
import stat
from pathlib import Path

import pytest

from darkroom.errors import StoreUnavailable
from resources.stores.folder import FolderStore


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path / "store")


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    file = tmp_path / "photo.jpg"
    file.write_bytes(b"the photo's bytes")
    return file


def fail_with(number: int) -> object:
    def fail(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    return fail


def files(store: FolderStore) -> list[Path]:
    return [path for path in store.root.rglob("*") if path.is_file()]


def test_local_is_the_object_itself(store: FolderStore) -> None:
    """No copy is made of what is on this machine already."""
    store.put("blobs/ab/cd", b"bytes")

    with store.local("blobs/ab/cd") as path:
        assert path == store.root / "blobs/ab/cd"


def test_its_uri_opens_the_file(store: FolderStore) -> None:
    """Spaces and letters of any script are encoded."""
    assert store.uri("é 1.png") == (store.root / "é 1.png").as_uri()
    assert store.uri("é 1.png").endswith("/store/%C3%A9%201.png")


def test_a_relative_root_is_the_same_in_every_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The working directory at the time the store is made decides, none later."""
    monkeypatch.chdir(tmp_path)
    store = FolderStore(Path("store"))
    monkeypatch.chdir("/")

    assert store.root == tmp_path / "store"


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_said_plainly(
    store: FolderStore, photo: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """The message says which disk, and nothing unfinished is left on it."""
    store.put("kept", b"before")
    monkeypatch.setattr(os, "fsync", fail_with(number))
    full = f"the disk of the store {store.root} is full; make room and try again"

    with pytest.raises(StoreUnavailable) as putting:
        store.put("kept", b"after")
    with pytest.raises(StoreUnavailable) as adding:
        store.add("blobs/ab/cd", photo)
    assert [str(putting.value), str(adding.value)] == [full, full]
    assert files(store) == [store.root / "kept"]
    assert store.read("kept") == b"before"


def test_what_a_killed_process_left_is_never_listed(store: FolderStore) -> None:
    """An unfinished file has a name that no object can have."""
    store.put("blobs/ab/cd", b"")
    (store.root / "blobs/ab/.0123.unfinished").write_bytes(b"half")
    (store.root / ".trash").mkdir()
    (store.root / ".trash/file").write_bytes(b"")

    assert list(store.names("")) == ["blobs/ab/cd"]
    assert list(store.names("blobs/ab/")) == ["blobs/ab/cd"]


def test_a_given_file_is_not_written_again(store: FolderStore, photo: Path) -> None:
    """It is the object, with the permissions of any other; a copy leaves it as it was."""
    photo.chmod(0o600)
    store.add("copied", photo)
    mode = photo.stat().st_mode
    store.add("given", photo, given=True)

    copied, given = store.root / "copied", store.root / "given"
    assert stat.S_IMODE(mode) == 0o600
    assert given.samefile(photo)
    assert not copied.samefile(photo)
    assert given.stat().st_mode == copied.stat().st_mode


def test_a_given_file_of_another_disk_is_copied(
    store: FolderStore, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hard link cannot lead there."""
    link = Path.hardlink_to

    def refuse(self: Path, target: Path) -> None:
        if target == photo:
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))
        link(self, target)

    monkeypatch.setattr(Path, "hardlink_to", refuse)

    assert store.add("given", photo, given=True)
    assert store.read("given") == photo.read_bytes()
    assert not (store.root / "given").samefile(photo)


def test_without_hard_links_a_file_is_renamed(
    store: FolderStore, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some network and removable disks have none; adding works there too."""
    monkeypatch.setattr(os, "link", fail_with(errno.EPERM))

    assert store.add("blobs/ab/cd", photo) is True
    assert store.add("blobs/ab/cd", photo) is False
    assert store.read("blobs/ab/cd") == b"the photo's bytes"
    assert files(store) == [store.root / "blobs/ab/cd"]


def test_a_name_below_an_object_is_refused(store: FolderStore) -> None:
    """A file cannot be a folder as well: the store says so, and keeps the file."""
    store.put("a", b"")

    with pytest.raises(StoreUnavailable, match="refuses a/b"):
        store.put("a/b", b"")
    assert list(store.names("")) == ["a"]


def test_a_folder_that_refuses_says_why(
    store: FolderStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Permission is the world's trouble, with the system's own word for it."""
    store.put("kept", b"")
    monkeypatch.setattr(Path, "read_bytes", fail_with(errno.EACCES))

    with pytest.raises(StoreUnavailable) as refused:
        store.read("kept")
    assert str(refused.value) == f"the store {store.root} refuses kept: Permission denied"


@pytest.mark.parametrize("given", [False, True])
def test_what_is_kept_outlives_a_power_cut(
    store: FolderStore, photo: Path, monkeypatch: pytest.MonkeyPatch, *, given: bool
) -> None:
    """Once its bytes are on the disk, and its folder, and each new one with the folder above."""
    synced: list[str] = []
    sync = os.fsync

    def note(descriptor: int) -> None:
        path = Path(f"/proc/self/fd/{descriptor}").readlink()
        synced.append("bytes" if path.is_file() else str(path.relative_to(store.root.parent)))
        sync(descriptor)

    if not Path("/proc/self/fd").is_dir():
        pytest.skip("which file is synced can be seen on Linux only")
    monkeypatch.setattr(os, "fsync", note)
    store.add("blobs/ab/cd", photo, given=given)
    store.put("blobs/ab/ef", b"the same of what is put")

    new_folders = [".", "store", "store/blobs"]
    assert synced == [*new_folders, *["bytes", "store/blobs/ab"] * 2]
