"""Parquet manifests made to harm what reads them: refused in one sentence."""

import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import cast

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from darkroom.errors import SourceUnreadable
from darkroom.intake.sources import parquet
from darkroom.intake.sources.opening import open_source
from darkroom.ports import RemoteSources
from darkroom.settings import IntakeSettings

SAID_A_THOUSAND_TIMES = pa.DictionaryArray.from_arrays(pa.array([0] * 1000), pa.array(["a" * 9000]))


def refusal(table: pa.Table, folder: Path) -> str:
    pq.write_table(table, folder / "a.parquet")
    nobody = cast("RemoteSources", None)
    with pytest.raises(SourceUnreadable) as error:
        open_source(
            str(folder / "a.parquet"),
            settings=IntakeSettings(),
            kept=folder / "kept",
            remote=nobody,
        )
    assert list((folder / "kept").iterdir()) == []
    return error.value.why


def crash(*_: object, **__: object) -> None:
    """As a library does that believes a hostile file."""
    signal.raise_signal(signal.SIGSEGV)


def hang(*_: object, **__: object) -> None:
    """In a loop that a file has no end to."""
    time.sleep(600)


def fill_memory(*_: object, **__: object) -> None:
    """Until somebody ends it."""
    filled = []
    while True:
        filled.append(bytearray(b"x" * 2**20))


@pytest.mark.parametrize(
    ("harm", "why"),
    [
        (crash, "ends the process that reads it (its worker process ended (SIGSEGV))"),
        (hang, "cannot be read in 1 s; split it"),
        (fill_memory, "cannot be read in 256 MiB; write it in smaller row groups"),
    ],
)
def test_what_a_file_does_to_its_reader_ends_its_reader_alone(
    harm: Callable[..., None], why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever opens it goes on, and has it in one sentence."""
    monkeypatch.setattr(parquet, "write_rows", harm)
    monkeypatch.setattr(parquet, "_MAX_WORKER_BYTES", 256 * 2**20)
    if harm is hang:
        monkeypatch.setattr(parquet, "_DEADLINE_S", 1)

    assert refusal(pa.table({"url": ["a.jpg"]}), tmp_path) == why


def test_one_text_that_many_rows_share_is_counted_for_each(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the file it stands once: its size says nothing of what comes out."""
    monkeypatch.setattr(parquet, "_MAX_TEXT_BYTES", 2**20)

    said = refusal(pa.table({"url": SAID_A_THOUSAND_TIMES}), tmp_path)

    assert said == "its rows are more than 1 MiB of text; split it"
    assert (tmp_path / "a.parquet").stat().st_size < 20_000


def test_a_row_longer_than_any_is_named(tmp_path: Path) -> None:
    """By its place."""
    said = refusal(pa.table({"url": ["a.jpg", "b" * 2**20]}), tmp_path)

    assert said == "row 2 is longer than 1048576 characters"


def test_more_rows_than_may_be_are_refused_by_the_index(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before any of them is unpacked."""
    monkeypatch.setattr(parquet, "_MAX_ROWS", 50)

    said = refusal(pa.table({"url": ["a.jpg"] * 51}), tmp_path)

    assert said == "51 rows; the most is 50"


def test_texts_that_are_none_are_unreadable(tmp_path: Path) -> None:
    """Bytes that claim to be UTF-8 are found when they are looked at."""
    lying = pa.StringArray.from_buffers(1, pa.py_buffer(b"\0\0\0\0\1\0\0\0"), pa.py_buffer(b"\xff"))

    said = refusal(pa.table({"url": lying}), tmp_path)

    assert said.startswith("is not a Parquet file that can be read: 'utf-8' codec")
