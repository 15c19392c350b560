"""Tables that are no tables: refused in one sentence, within bounded memory."""

import json
from pathlib import Path
from typing import cast

import pytest

from darkroom.errors import SourceUnreadable
from darkroom.intake.sources import tables
from darkroom.intake.sources.listing import Listing
from darkroom.intake.sources.opening import open_source
from darkroom.ports import RemoteSources
from darkroom.settings import IntakeSettings

LONG = b"a" * 2**20


def opened(path: Path, content: bytes) -> Listing:
    path.write_bytes(content)
    nobody = cast("RemoteSources", None)
    return open_source(str(path), settings=IntakeSettings(), kept=path.parent, remote=nobody)


def refusal(path: Path, content: bytes) -> str:
    with pytest.raises(SourceUnreadable) as error:
        opened(path, content)
    return error.value.why


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("a.csv", LONG, "line 1 is longer than 1048576 characters"),
        ("a.csv", b"url\n" + LONG, "line 2 is longer than 1048576 characters"),
        ("a.csv", b"url\n" + b"a" * 200_000, "line 2: field larger than field limit (131072)"),
        ("a.csv", b'url\n"a\nb\nc', "line 4: unexpected end of data"),
        ("a.csv", b"url\na\0b\n", "is not a text file"),
        ("a.csv", "url\na.jpg\n".encode("utf-16-le"), "is not a text file"),
        ("a.csv", b"\xff\xfeu", "is text in an encoding that is not known; save it as UTF-8"),
        ("a.txt", LONG, "line 1 is longer than 1048576 characters"),
        ("a.jsonl", LONG, "line 1 is longer than 1048576 characters"),
        ("a.jsonl", b"[1]", "row 1: not an object with named values"),
        ("a.jsonl", b'{"url": 1' + b"0" * 5000 + b"}", None),
        ("a.jsonl", b'{"a":' * 50_000, None),
        ("a.json", b"[" * 200_000, None),
    ],
)
def test_what_is_no_table_is_named(
    name: str, content: bytes, why: str | None, tmp_path: Path
) -> None:
    """With its line where there is one; no line is read that no manifest has."""
    said = refusal(tmp_path / name, content)

    assert said == why or (why is None and said.startswith("row "))


def test_a_long_list_of_json_is_to_be_written_as_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It can only be read as a whole, in many times its size."""
    monkeypatch.setattr(tables, "_MAX_JSON_BYTES", 2**20)

    said = refusal(tmp_path / "a.json", b"[" + b" " * 2**20 + b"]")

    assert said == "a JSON list of more than 1 MiB; write one row per line instead"


def test_rows_with_other_columns_each_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A table has columns; what has none would be remembered for ever."""
    monkeypatch.setattr("darkroom.intake.sources.manifest._MAX_SHAPES", 10)
    lines = "\n".join(json.dumps({"url": f"{n}.jpg", f"column{n}": 1}) for n in range(11))

    said = refusal(tmp_path / "a.jsonl", lines.encode())

    assert said == "its rows have no columns in common"


def test_a_missing_column_is_named_with_those_that_are_there(tmp_path: Path) -> None:
    """Of thousands, the first are named."""
    header = ",".join(f"c{n}" for n in range(5000))
    cells = ",".join("1" * 5000)
    said = refusal(tmp_path / "a.csv", f"{header}\n{cells}\n".encode())

    assert said.startswith("has no column named url or uri or path, only: c0, c1, c2, ")
    assert len(said) < 700


@pytest.mark.parametrize("content", [b"", b"url,name\n"], ids=["empty", "header only"])
def test_a_table_without_rows_names_no_photo(content: bytes, tmp_path: Path) -> None:
    """That is no error: a feed may have nothing new."""
    assert opened(tmp_path / "a.csv", content) == Listing("a", [])
