from pathlib import Path

import pytest

from darkroom.errors import EngineUnavailable
from resources.ocr.tessdata import find_tessdata, installed_languages


@pytest.fixture(autouse=True)
def no_prefix(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TESSDATA_PREFIX", raising=False)
    find_tessdata.cache_clear()


def folder(path: Path, *languages: str) -> Path:
    path.mkdir(parents=True)
    for each in languages:
        (path / f"{each}.traineddata").touch()
    return path


def test_of_several_versions_the_highest_with_all_languages_is_taken(tmp_path: Path) -> None:
    """A newer one without the language does not hide an older one with it."""
    older = folder(tmp_path / "4" / "tessdata", "eng", "deu")
    newer = folder(tmp_path / "5" / "tessdata", "eng")
    usual = (f"{tmp_path}/*/tessdata",)

    assert find_tessdata(None, "eng", usual) == newer
    assert find_tessdata(None, "deu+eng", usual) == older


def test_the_environment_comes_before_the_usual_places(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """TESSDATA_PREFIX is the folder, or the one above it."""
    usual = folder(tmp_path / "usual", "eng")
    named = folder(tmp_path / "named" / "tessdata", "eng")

    for prefix in (named, named.parent):
        find_tessdata.cache_clear()
        monkeypatch.setenv("TESSDATA_PREFIX", str(prefix))
        assert find_tessdata(None, "eng", (str(usual),)) == named


def test_a_configured_folder_is_the_only_one(tmp_path: Path) -> None:
    """A setting that is wrong is said to be, not made up for."""
    usual = folder(tmp_path / "usual", "eng")

    with pytest.raises(EngineUnavailable) as raised:
        find_tessdata(str(tmp_path / "nowhere"), "eng", (str(usual),))

    assert str(raised.value) == (
        f"no Tesseract language data found in {tmp_path}/nowhere: install Tesseract (apt-get"
        " install tesseract-ocr, or brew install tesseract), or set ocr.tessdata to the folder of"
        " its *.traineddata files"
    )


def test_a_missing_language_is_named_with_its_package(tmp_path: Path) -> None:
    """Scripts and variants have names of their own there."""
    usual = folder(tmp_path / "usual", "eng")

    with pytest.raises(EngineUnavailable) as raised:
        find_tessdata(None, "eng+chi_sim+script/Latin", (str(usual),))

    assert str(raised.value) == (
        f"Tesseract has no data for chi_sim, script/Latin in {usual}: install it (apt-get install"
        " tesseract-ocr-chi-sim tesseract-ocr-script-latin, or brew install tesseract-lang), or put"
        " chi_sim.traineddata into that folder"
    )


def test_installed_languages_are_listed_by_folder(tmp_path: Path) -> None:
    """Scripts stand in a folder of their own; what is no language is left out."""
    one = folder(tmp_path / "4" / "tessdata", "eng", "deu", "osd")
    (one / "script").mkdir()
    (one / "script" / "Latin.traineddata").touch()
    folder(tmp_path / "5" / "tessdata", "osd")
    usual = (f"{tmp_path}/*/tessdata",)

    assert installed_languages(None, usual) == {one: ["deu", "eng", "script/Latin"]}
    assert installed_languages(str(tmp_path / "nowhere"), usual) == {}
