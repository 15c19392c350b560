"""A source that a person names finds its reader."""

import os
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import pytest

from darkroom.errors import SourceUnreadable
from darkroom.intake.sources.listing import Found, Listing
from darkroom.intake.sources.opening import open_source
from darkroom.ports import RemoteSources
from darkroom.settings import IntakeSettings


class _Nowhere(RemoteSources):
    """There is no network here; asking for it is a mistake of the code under test."""


def _open(source: str | Path, *include: str) -> Listing:
    return open_source(
        str(source),
        settings=IntakeSettings(include=list(include) or ["*"]),
        kept=Path("/nowhere"),
        remote=_Nowhere(),
    )


@pytest.mark.parametrize("spell", [str, Path.as_uri])
def test_a_folder_is_read_by_path_or_address(tmp_path: Path, spell: Callable[[Path], str]) -> None:
    """Its batches are named after it."""
    folder = tmp_path / "my photos"
    folder.mkdir()
    for name in ("a.jpg", "b.txt"):
        (folder / name).write_bytes(b"photo")
        os.utime(folder / name, ns=(5, 7))
    uri = f"{folder.as_uri()}/a.jpg"

    assert _open(spell(folder), "*.jpg") == Listing(
        "my photos", [Found(uri, "a.jpg", f"{uri}|5|7")]
    )


def test_a_relative_path_is_made_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever fetches may stand elsewhere."""
    (tmp_path / "a.jpg").write_bytes(b"photo")
    monkeypatch.chdir(tmp_path)

    assert [photo.uri for photo in _open("a.jpg").found] == [f"{tmp_path.as_uri()}/a.jpg"]
    assert [photo.uri for photo in _open(".").found] == [f"{tmp_path.as_uri()}/a.jpg"]


def test_one_source_has_one_spelling(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By detours and links, too; a file that is a link is what it leads to, by its own name."""
    folder = tmp_path / "photos"
    folder.mkdir()
    (folder / "a.jpg").write_bytes(b"photo")
    (tmp_path / "link").symlink_to(folder)
    (folder / "b.jpg").symlink_to(folder / "a.jpg")
    monkeypatch.chdir(folder)

    spellings = [folder, tmp_path / "link", tmp_path / "link" / "..", "../photos/."]

    assert [_open(source).name for source in spellings] == [
        "photos",
        "photos",
        tmp_path.name,
        "photos",
    ]
    assert {photo.uri for source in spellings for photo in _open(source).found} == {
        f"{folder.as_uri()}/a.jpg"
    }
    [linked] = _open(tmp_path / "link" / "b.jpg").found
    assert (linked.filename, linked.uri) == ("b.jpg", f"{folder.as_uri()}/a.jpg")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.jpg", b"url\nhttp://a/1.jpg\n"),
        ("a.JPEG", b"PK\x03\x04"),
        ("a", b"\xff\xd8\xff\xe0\0\0JFIF://path,url"),
        ("a", b'<svg xmlns="http://www.w3.org/2000/svg"/>'),
        ("a", b"[ini]\nx=y\n"),
        ("a", b""),
        ("a.heic", bytes(20)),
    ],
)
def test_what_is_nothing_else_is_a_photo(tmp_path: Path, name: str, content: bytes) -> None:
    """Validation says what it is; the source is not the place to judge a photo."""
    (tmp_path / name).write_bytes(content)

    assert [photo.filename for photo in _open(tmp_path / name).found] == [name]


@pytest.mark.parametrize("name", ["a.zip", "a"])
def test_an_archive_is_told_by_name_or_content(tmp_path: Path, name: str) -> None:
    """A ZIP without its suffix is one."""
    with ZipFile(tmp_path / name, "w") as archive:
        archive.writestr("1.jpg", b"photo")

    assert [photo.uri for photo in _open(tmp_path / name).found] == [
        f"zip://{tmp_path}/{name}#1.jpg"
    ]


@pytest.mark.parametrize("source", ["", " ", "\n"])
def test_a_blank_source_is_not_the_folder_where_we_stand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    """As of a variable in a script that was never set."""
    (tmp_path / "a.jpg").write_bytes(b"photo")
    monkeypatch.chdir(tmp_path)

    with pytest.raises(SourceUnreadable, match="is blank; name a folder, file or URL"):
        _open(source)


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("missing", "No such file or directory"),
        ("file://elsewhere/a.jpg", "not a file of this machine"),
        ("a\0b", "is not a path"),
        ("n" * 5000, "File name too long"),
    ],
)
def test_a_source_that_is_not_there_is_unreadable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str, why: str
) -> None:
    """One sentence for whoever named it."""
    monkeypatch.chdir(tmp_path)

    with pytest.raises(SourceUnreadable) as caught:
        _open(source)

    assert caught.value.why == why


def test_a_pipe_is_no_source(tmp_path: Path) -> None:
    """Reading it would wait for ever."""
    os.mkfifo(tmp_path / "a.csv")

    with pytest.raises(SourceUnreadable, match="is neither a folder nor a regular file"):
        _open(tmp_path / "a.csv")


@pytest.mark.corpus
def test_real_photos_are_the_same_three_ways(corpus: Path, tmp_path: Path) -> None:
    """As a folder, as a ZIP and as a list, the same files are found in the same order."""
    files = sorted((corpus / "photos").iterdir(), key=lambda path: path.name)
    with ZipFile(tmp_path / "photos.zip", "w") as archive:
        for path in files:
            archive.write(path, path.name)
    (tmp_path / "photos.txt").write_text("".join(f"{path.absolute()}\n" for path in files))
    folder = _open(corpus / "photos")
    listed = open_source(
        str(tmp_path / "photos.txt"),
        settings=IntakeSettings(allow_roots=[str(corpus)]),
        kept=Path("/nowhere"),
        remote=_Nowhere(),
    )

    assert folder.found == listed.found
    assert [photo.filename for photo in folder.found] == [
        photo.filename for photo in _open(tmp_path / "photos.zip").found
    ]
    assert len(folder) == len(files)
