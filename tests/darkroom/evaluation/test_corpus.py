"""A corpus is read whole, or it is said what is wrong with it."""

from pathlib import Path

import pytest

from darkroom.errors import SourceUnreadable
from darkroom.evaluation.corpus import KnownPhoto, read_corpus


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "ocr").mkdir()
    (tmp_path / "ocr" / "page.png").touch()
    return tmp_path


def manifest(folder: Path, *lines: str) -> Path:
    path = folder / "MANIFEST.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def test_a_manifest_names_files_and_what_is_known_of_them(folder: Path) -> None:
    """Other columns are for whoever keeps the corpus; nothing known is no answers."""
    manifest(
        folder,
        "path,licence,expected",
        'ocr/page.png,CC0,"{""text"": ""Exit""}"',
        "ocr/page.png,CC0,",
    )

    [known, unknown] = read_corpus(folder)

    assert known == KnownPhoto("ocr/page.png", folder / "ocr/page.png", {"text": "Exit"})
    assert (known.folder, unknown.answers) == ("ocr", {})


def test_a_folder_without_manifest_is_no_corpus(folder: Path) -> None:
    """The sentence says where to read on."""
    with pytest.raises(SourceUnreadable) as raised:
        read_corpus(folder)

    assert str(raised.value) == (
        f"{folder}: there is no MANIFEST.csv; docs/evaluation.md says what a corpus holds"
    )


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        (["path,licence"], "has no column named expected"),
        (["file"], "has no column named path or expected"),
        (["path,expected", "no.png,{}"], "line 2: there is no file 'no.png' in the corpus"),
        (["path,expected", "ocr/page.png,[1]"], "line 2: expected is no JSON object"),
        (
            ["path,expected", "ocr/page.png,{}", "ocr/page.png,text"],
            "line 3: expected is not JSON: Expecting value: line 1 column 1 (char 0)",
        ),
    ],
)
def test_an_unusable_manifest_is_told_with_its_line(
    folder: Path, lines: list[str], why: str
) -> None:
    """One sentence, and nothing is evaluated."""
    path = manifest(folder, *lines)

    with pytest.raises(SourceUnreadable) as raised:
        read_corpus(folder)

    assert str(raised.value) == f"{path}: {why}"
