"""Where Tesseract's language data is on this machine."""

import os
import sys
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path

from darkroom.errors import EngineUnavailable

FOLDERS = (
    "/usr/share/tesseract-ocr/*/tessdata",  # Debian, Ubuntu
    "/usr/share/tessdata",  # Arch, Alpine
    "/usr/share/tesseract/tessdata",  # Fedora
    "/usr/local/share/tessdata",  # built from source; Homebrew on Intel
    "/opt/homebrew/share/tessdata",
    "/home/linuxbrew/.linuxbrew/share/tessdata",
    "/opt/local/share/tessdata",  # MacPorts
    f"{sys.prefix}/share/tessdata",  # conda
)
"""Looked at in this order; of several versions the highest."""


_SUFFIX = ".traineddata"
_NO_LANGUAGE = frozenset(("osd", "equ"))
"""Data about the way up of pages, and about formulas."""


@lru_cache
def find_tessdata(
    configured: str | None, languages: str, folders: tuple[str, ...] = FOLDERS
) -> Path:
    """The first folder that has the data of all `languages`, which are joined by `+`.

    A configured folder is the only one looked at; else `TESSDATA_PREFIX` comes first. Raises
    `EngineUnavailable`.
    """
    candidates = [Path(configured)] if configured else list(_candidates(folders))
    present = [folder for folder in candidates if any(folder.glob("*.traineddata"))]
    if not present:
        looked_at = f" in {configured}" if configured else ""
        raise EngineUnavailable(
            f"no Tesseract language data found{looked_at}: install Tesseract (apt-get install"
            " tesseract-ocr, or brew install tesseract), or set ocr.tessdata to the folder of its"
            " *.traineddata files"
        )
    for folder in present:
        if not _missing(folder, languages.split("+")):
            return folder
    missing = _missing(present[0], languages.split("+"))
    raise EngineUnavailable(
        f"Tesseract has no data for {', '.join(missing)} in {present[0]}: install it (apt-get"
        f" install {' '.join(_debian_package(each) for each in missing)}, or brew install"
        f" tesseract-lang), or put {missing[0]}.traineddata into that folder"
    )


def installed_languages(
    configured: str | None, folders: tuple[str, ...] = FOLDERS
) -> dict[Path, list[str]]:
    """Languages and scripts of every folder that has any, in the order they are looked at."""
    candidates = [Path(configured)] if configured else list(_candidates(folders))
    found = {folder: sorted(_languages(folder)) for folder in dict.fromkeys(candidates)}
    return {folder: languages for folder, languages in found.items() if languages}


def _languages(folder: Path) -> Iterator[str]:
    for path in (*folder.glob(f"*{_SUFFIX}"), *folder.glob(f"script/*{_SUFFIX}")):
        language = path.relative_to(folder).as_posix().removesuffix(_SUFFIX)
        if language not in _NO_LANGUAGE:
            yield language


def _candidates(folders: Sequence[str]) -> Iterator[Path]:
    if prefix := os.environ.get("TESSDATA_PREFIX"):
        yield Path(prefix)
        yield Path(prefix, "tessdata")  # Tesseract 3 meant the folder above it
    for pattern in folders:
        yield from sorted(Path("/").glob(pattern.lstrip("/")), reverse=True)


def _missing(folder: Path, languages: Sequence[str]) -> list[str]:
    return [each for each in languages if not (folder / f"{each}.traineddata").is_file()]


def _debian_package(language: str) -> str:
    return "tesseract-ocr-" + language.replace("script/", "script-").replace("_", "-").lower()
