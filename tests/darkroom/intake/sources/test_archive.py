"""What a ZIP says that it holds."""

import random
import zlib
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from darkroom.errors import SourceUnreadable
from darkroom.intake.sources import archive
from darkroom.intake.sources.archive import read_archive, refusal
from darkroom.intake.sources.listing import Found


def _zip(path: Path, *names: str) -> Path:
    with ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, b"" if name.endswith(("/", "\\")) else b"photo")
    return path


def _read(path: Path, *include: str, max_entries: int = 100, max_bytes: int = 1000) -> list[Found]:
    found = read_archive(
        path, include or ["*"], source=path.name, max_entries=max_entries, max_bytes=max_bytes
    )
    return list(found)


def test_an_entry_is_known_by_name_checksum_and_size(tmp_path: Path) -> None:
    """An archive that was touched or packed anew holds the same photos."""
    uri = f"zip://{tmp_path}/a.zip#in/a%20b.jpg"

    assert _read(_zip(tmp_path / "a.zip", "in/", "in/a b.jpg")) == [
        Found(uri, "a b.jpg", f"{uri}|{zlib.crc32(b'photo'):08x}|5")
    ]


def test_litter_folders_and_hidden_entries_are_left_out(tmp_path: Path) -> None:
    """As in a folder; the order is the archive's own."""
    path = _zip(
        tmp_path / "a.zip",
        *("b.txt", "in/", "in/a.jpg", "__MACOSX/in/._a.jpg", "in/.DS_Store", "in/Thumbs.db"),
    )

    assert [photo.filename for photo in _read(path)] == ["b.txt", "a.jpg"]
    assert [photo.filename for photo in _read(path, "*.JPG")] == ["a.jpg"]


@pytest.mark.filterwarnings("ignore:Duplicate name:UserWarning")  # making one is the point
def test_entries_of_one_name_are_all_listed(tmp_path: Path) -> None:
    """Which of them is meant stands in the address."""
    found = _read(_zip(tmp_path / "a.zip", "a.jpg", "b.jpg", "a.jpg"))

    assert [photo.uri.partition("#")[2] for photo in found] == ["a.jpg", "b.jpg", "a.jpg;2"]


def test_entries_that_will_be_refused_are_listed(tmp_path: Path) -> None:
    """None is dropped in silence: unpacking says what is wrong with each."""
    names = ["/etc/a.jpg", "../a.jpg", "in/../../b.jpg", "C:/a.jpg", "..\\a.jpg"]

    assert [photo.uri.partition("#")[2] for photo in _read(_zip(tmp_path / "a.zip", *names))] == [
        "/etc/a.jpg",
        "../a.jpg",
        "in/../../b.jpg",
        "C%3A/a.jpg",
        "..%5Ca.jpg",
    ]


def test_folders_may_be_written_with_backslashes(tmp_path: Path) -> None:
    """As some programs for Windows do: hidden ones and litter are known in them, too."""
    names = ["in\\", "in\\a.jpg", "in\\.b.jpg", "__MACOSX\\c.jpg"]

    [photo] = _read(_zip(tmp_path / "a.zip", *names))

    assert (photo.filename, photo.uri.partition("#")[2]) == ("a.jpg", "in%5Ca.jpg")


@pytest.mark.parametrize("content", [b"", b"not a ZIP", b"PK\x05\x06", b"PK\x03\x04" + bytes(500)])
def test_what_is_no_zip_is_unreadable(tmp_path: Path, content: bytes) -> None:
    """One sentence, with the file's name."""
    path = tmp_path / "a.zip"
    path.write_bytes(content)

    with pytest.raises(SourceUnreadable, match=r"^a\.zip: is not a ZIP that can be read"):
        _read(path)


def test_an_archive_that_is_a_bomb_as_a_whole_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though none of its entries is one by itself."""
    monkeypatch.setattr(archive, "_MIN_WHOLE_BOMB_BYTES", 10**6)
    path = tmp_path / "a.zip"
    with ZipFile(path, "w", ZIP_DEFLATED) as made:
        for number in range(9):
            made.writestr(f"{number}.bmp", random.Random(number).randbytes(1000) + bytes(200_000))

    assert refusal(made.infolist()[0]) is None
    with pytest.raises(SourceUnreadable, match="unpacks to 1809000 bytes, more than 100 times"):
        _read(path, max_bytes=10**7)


def test_a_directory_larger_than_its_entries_need_is_not_read(tmp_path: Path) -> None:
    """Each entry of it would take memory before any can be counted."""
    path = _zip(tmp_path / "a.zip", *(f"{number}.jpg" for number in range(20)))

    with pytest.raises(
        SourceUnreadable, match=r"its directory has 1030 bytes; intake.max_archive_entries is 4"
    ):
        _read(path, max_entries=4)


def test_limits_are_judged_before_anything_is_unpacked(tmp_path: Path) -> None:
    """Too many entries, or too many bytes in all, are refused by what the archive declares."""
    path = _zip(tmp_path / "a.zip", "a.jpg", "b.jpg")

    with pytest.raises(SourceUnreadable, match=r"holds 2 entries; intake.max_archive_entries is 1"):
        _read(path, max_entries=1)
    with pytest.raises(
        SourceUnreadable, match=r"unpacks to 10 bytes; intake.max_archive_bytes is 9"
    ):
        _read(path, max_bytes=9)
