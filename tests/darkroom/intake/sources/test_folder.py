"""Folders of photos."""

import os
from pathlib import Path

import pytest

from darkroom.errors import SourceUnreadable
from darkroom.intake.sources.folder import read_folder
from darkroom.intake.sources.listing import Found


def _files(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"photo")


def _paths(folder: Path, *include: str) -> list[str]:
    found = read_folder(folder, include or ["*"])
    return [photo.uri.removeprefix(f"{folder.as_uri()}/") for photo in found]


def test_a_file_is_known_by_place_size_and_time(tmp_path: Path) -> None:
    """A file that was written again is another photo; a copy of the folder holds others, too."""
    _files(tmp_path, "a b.jpg")
    os.utime(tmp_path / "a b.jpg", ns=(5, 7))
    uri = f"{tmp_path.as_uri()}/a%20b.jpg"

    assert list(read_folder(tmp_path, ["*"])) == [Found(uri, "a b.jpg", f"{uri}|5|7")]


def test_order_is_by_name_and_files_come_first(tmp_path: Path) -> None:
    """The same folder always gives the same order, on every file system."""
    _files(tmp_path, "b/2.jpg", "b/10.jpg", "a/x/1.jpg", "a/1.jpg", "z.jpg", "c.jpg")

    assert _paths(tmp_path) == [
        "c.jpg",
        "z.jpg",
        "a/1.jpg",
        "a/x/1.jpg",
        "b/10.jpg",
        "b/2.jpg",
    ]


def test_litter_and_hidden_files_are_left_out(tmp_path: Path) -> None:
    """What systems leave behind is no photo; every other regular file is taken, whatever it is."""
    _files(
        tmp_path,
        *("a.jpg", "notes.docx", "no suffix", "empty.bin", "..a.jpg"),
        *(".DS_Store", "Thumbs.db", "desktop.ini", "._a.jpg", ".hidden/a.jpg", "__MACOSX/a.jpg"),
    )

    assert _paths(tmp_path) == ["a.jpg", "empty.bin", "no%20suffix", "notes.docx"]


@pytest.mark.parametrize(
    ("include", "taken"),
    [
        (["*.jpg"], ["A.JPG", "in/b.jpg"]),
        (["*.png", "in/*"], ["c.PNG", "in/b.jpg", "in/d.txt"]),
        (["b.*"], ["in/b.jpg"]),
        ([], []),
    ],
)
def test_patterns_narrow_the_choice(tmp_path: Path, include: list[str], taken: list[str]) -> None:
    """Upper and lower case are the same; a pattern with a slash is about the path."""
    _files(tmp_path, "A.JPG", "c.PNG", "in/b.jpg", "in/d.txt")

    assert [
        photo.uri.removeprefix(f"{tmp_path.as_uri()}/") for photo in read_folder(tmp_path, include)
    ] == taken


def test_no_link_leads_out_and_none_is_forgotten(tmp_path: Path) -> None:
    """One that leads out gets its outcome; one that stays inside is what it leads to."""
    _files(tmp_path, "in/a.jpg", "in/x/b.jpg", "out/secret.jpg")
    inside = tmp_path / "in"
    for name, target in {
        "again.jpg": inside / "a.jpg",
        "folder-inside": inside / "x",
        "loop": inside,
        "secret.jpg": tmp_path / "out" / "secret.jpg",
        "secrets": tmp_path / "out",
        ".hidden.jpg": tmp_path / "out" / "secret.jpg",
        "self.jpg": inside / "self.jpg",
        "gone.jpg": inside / "gone",
    }.items():
        (inside / name).symlink_to(target)
    os.mkfifo(inside / "pipe.jpg")

    assert [(photo.filename, photo.uri) for photo in read_folder(inside, ["*"])] == [
        ("a.jpg", f"{inside.as_uri()}/a.jpg"),
        ("again.jpg", f"{inside.as_uri()}/a.jpg"),
        ("gone.jpg", f"{inside.as_uri()}/gone"),
        ("secret.jpg", f"outside:{tmp_path.as_uri()}/out/secret.jpg"),
        ("secrets", f"outside:{tmp_path.as_uri()}/out"),
        ("self.jpg", f"{inside.as_uri()}/self.jpg"),
        ("b.jpg", f"{inside.as_uri()}/x/b.jpg"),
    ]


def test_a_link_below_an_allowed_root_is_followed(tmp_path: Path) -> None:
    """It is the photo that it leads to."""
    _files(tmp_path, "in/a.jpg", "out/b.jpg")
    (tmp_path / "in" / "link.jpg").symlink_to(tmp_path / "out" / "b.jpg")

    found = list(read_folder(tmp_path / "in", ["link*"], [str(tmp_path / "out")]))

    assert [(photo.filename, photo.uri) for photo in found] == [
        ("link.jpg", f"{tmp_path.as_uri()}/out/b.jpg")
    ]


def test_names_that_are_not_text_are_found(tmp_path: Path) -> None:
    """The address keeps the bytes; the name to show is text."""
    (tmp_path / os.fsdecode(b"\xff\n.jpg")).write_bytes(b"photo")

    (photo,) = read_folder(tmp_path, ["*"])

    assert photo.uri.endswith("/%FF%0A.jpg")
    assert photo.filename == "\ufffd\ufffd.jpg"


def test_a_subfolder_that_cannot_be_listed_is_named(tmp_path: Path) -> None:
    """A part that is silently missing would be worse than no import."""
    here = os.open(tmp_path, os.O_RDONLY)
    # Deeper than a path can be long: even root cannot list it by its path.
    for _ in range(20):
        os.mkdir("d" * 250, dir_fd=here)
        deeper = os.open("d" * 250, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = deeper
    os.close(here)

    with pytest.raises(
        SourceUnreadable, match=r": its subfolder d+/.* cannot be listed: File name"
    ):
        _paths(tmp_path)
