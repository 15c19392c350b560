import errno
import fcntl
import os
from pathlib import Path

import pytest

from darkroom.errors import WorldError
from darkroom.storage.scratch import Scratch, new_folder

LONG_AGO = (1_000_000_000, 1_000_000_000)


def test_a_folder_is_gone_with_all_that_is_in_it(tmp_path: Path) -> None:
    """Also after an error; folders in use at once are different ones."""
    scratch = Scratch(tmp_path / "deep" / "scratch")

    def fail() -> None:
        with scratch.folder() as one, scratch.folder() as other:
            assert one != other
            assert list(one.iterdir()) == []
            (one / "inner").mkdir()
            (one / "inner" / "photo.jpg").write_bytes(b"bytes")
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert list(scratch.root.iterdir()) == []


def test_a_folder_that_was_removed_by_others_is_no_error(tmp_path: Path) -> None:
    """Its contents mean nothing anyway."""
    with Scratch(tmp_path).folder() as folder:
        folder.rmdir()


def test_what_a_killed_process_left_is_removed(tmp_path: Path) -> None:
    """By the next who needs room; not what is in use, however long, nor what is quite new."""
    scratch = Scratch(tmp_path)
    (tmp_path / "left").mkdir()
    (tmp_path / "left" / "photo.jpg").write_bytes(b"bytes")
    (tmp_path / "new").mkdir()
    (tmp_path / "file").write_bytes(b"bytes")
    os.utime(tmp_path / "left", LONG_AGO)
    with scratch.folder() as in_use:
        os.utime(in_use, LONG_AGO)

        with scratch.folder() as folder:
            assert set(tmp_path.iterdir()) == {
                tmp_path / "file",
                tmp_path / "new",
                in_use,
                folder,
            }


def test_a_disk_without_locks_has_room_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is removed there, because nobody can tell what is in use."""

    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", refuse)
    (tmp_path / "left").mkdir()
    os.utime(tmp_path / "left", LONG_AGO)

    with Scratch(tmp_path).folder() as folder:
        assert set(tmp_path.iterdir()) == {tmp_path / "left", folder}


def test_a_link_in_scratch_leads_nowhere(tmp_path: Path) -> None:
    """What is removed lies in scratch."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "photo.jpg").write_bytes(b"bytes")
    os.utime(outside, LONG_AGO)
    root = tmp_path / "scratch"
    root.mkdir()
    (root / "link").symlink_to(outside)

    with Scratch(root).folder():
        assert (outside / "photo.jpg").read_bytes() == b"bytes"


def test_no_room_is_the_worlds_trouble(tmp_path: Path) -> None:
    """Here the place of the folder is taken by a file."""
    (tmp_path / "scratch").write_bytes(b"in the way")

    with (
        pytest.raises(WorldError, match="scratch cannot be written to"),
        Scratch(tmp_path / "scratch").folder(),
    ):
        pass
    with (
        pytest.raises(WorldError, match="scratch cannot be written to"),
        new_folder(tmp_path / "scratch"),
    ):
        pass
