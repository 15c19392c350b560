"""Replacing objects."""

from pathlib import Path

from darkroom.storage.replacing import put_if_changed
from resources.stores.folder import FolderStore


def test_only_new_bytes_are_written(tmp_path: Path) -> None:
    """The same bytes again change nothing, not even the file's time."""
    store = FolderStore(tmp_path)

    assert put_if_changed(store, "reports/one", b"first") is True
    before = (tmp_path / "reports" / "one").stat().st_mtime_ns
    assert put_if_changed(store, "reports/one", b"first") is False
    assert (tmp_path / "reports" / "one").stat().st_mtime_ns == before
    assert put_if_changed(store, "reports/one", b"second") is True
    assert store.read("reports/one") == b"second"
