"""`darkroom prune`."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from darkroom.storage.blobs import blob_name

if TYPE_CHECKING:
    from tests.orchestration.command_line.conftest import Command


def orphan(home: Path) -> Path:
    """A blob that nobody names, for long."""
    path = home / "store" / blob_name("0" * 64)
    path.parent.mkdir(parents=True)
    path.write_bytes(b"x" * 2048)
    os.utime(path, (1000, 1000))
    return path


def test_a_dry_run_says_what_would_go(darkroom: "Command", tmp_path: Path) -> None:
    """By name, with counts and sizes; everything stays."""
    path = orphan(tmp_path / "home")
    ended = darkroom("prune", "--dry-run")

    assert ended.code == 0
    assert f"unreferenced blobs: {blob_name('0' * 64)} (2.0 KiB)" in ended.said
    assert "would be removed" in ended.said
    assert path.exists()


def test_what_was_listed_goes(darkroom: "Command", tmp_path: Path) -> None:
    """Once; a second time there is nothing."""
    path = orphan(tmp_path / "home")
    first, second = darkroom("prune").said, darkroom("prune").said

    assert not path.exists()
    [line] = [line.split() for line in first.splitlines() if "unreferenced blobs" in line]
    assert line == ["unreferenced", "blobs", "1", "2.0", "KiB"]
    [line] = [line.split() for line in second.splitlines() if "unreferenced blobs" in line]
    assert line == ["unreferenced", "blobs", "0", "0", "bytes"]


def test_a_table_that_cannot_be_read_is_one_sentence(darkroom: "Command", tmp_path: Path) -> None:
    """Nothing is removed while nobody knows what it names."""
    path = orphan(tmp_path / "home")
    damaged = tmp_path / "home" / "store" / "tables" / "photos" / "b1.parquet"
    damaged.parent.mkdir(parents=True)
    damaged.write_bytes(b"damaged")
    ended = darkroom("prune")

    assert (ended.code, ended.complained.count("\n")) == (2, 1)
    assert "b1.parquet cannot be read as a table of photos" in ended.complained
    assert path.exists()
