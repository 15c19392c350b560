"""A folder of photos about which answers are known: its MANIFEST.csv says which."""

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from darkroom.errors import SourceUnreadable

MANIFEST = "MANIFEST.csv"
_PATH, _EXPECTED = "path", "expected"


@dataclass(frozen=True, slots=True)
class KnownPhoto:
    """One file of a corpus."""

    name: str
    """Its path in the corpus. The first folder says what the photo is for."""
    file: Path
    answers: Mapping[str, Any]
    """What is known of it, under the names that docs/evaluation.md lists."""

    @property
    def folder(self) -> str:
        return PurePosixPath(self.name).parts[0]


def read_corpus(folder: Path) -> list[KnownPhoto]:
    """All files that the manifest names, in its order. Raises `SourceUnreadable`."""
    manifest = folder / MANIFEST
    if not manifest.is_file():
        raise SourceUnreadable(
            str(folder), f"there is no {MANIFEST}; docs/evaluation.md says what a corpus holds"
        )
    try:
        with manifest.open(encoding="utf-8-sig", newline="") as file:
            return list(_photos(folder, manifest, csv.DictReader(file)))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise SourceUnreadable(str(manifest), str(error)) from error


def _photos(folder: Path, manifest: Path, rows: "csv.DictReader[str]") -> Iterator[KnownPhoto]:
    missing = [name for name in (_PATH, _EXPECTED) if name not in (rows.fieldnames or ())]
    if missing:
        raise SourceUnreadable(str(manifest), f"has no column named {' or '.join(missing)}")
    for row in rows:
        name = row[_PATH] or ""
        file = folder / name
        if not file.is_file():
            raise _unusable(manifest, rows.line_num, f"there is no file {name!r} in the corpus")
        yield KnownPhoto(name, file, _answers(manifest, rows.line_num, row[_EXPECTED]))


def _answers(manifest: Path, line: int, written: str | None) -> Mapping[str, Any]:
    try:
        answers = json.loads(written or "{}")
    except ValueError as error:
        raise _unusable(manifest, line, f"{_EXPECTED} is not JSON: {error}") from error
    if not isinstance(answers, dict):
        raise _unusable(manifest, line, f"{_EXPECTED} is no JSON object")
    return answers


def _unusable(manifest: Path, line: int, why: str) -> SourceUnreadable:
    return SourceUnreadable(str(manifest), f"line {line}: {why}")
