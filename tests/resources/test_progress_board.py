import os
import time
from pathlib import Path

import pytest

from darkroom.work.progress import StageProgress
from resources.progress_board import FileBoard

TEXTS = StageProgress(batch="b1", stage="texts", total=10, done=3, failed=1, seconds=1.5)


def test_what_is_shown_can_be_seen(tmp_path: Path) -> None:
    """By whoever looks at the same folder; the last word of each stage counts."""
    FileBoard(tmp_path / "board").show(TEXTS.model_copy(update={"done": 1}))
    FileBoard(tmp_path / "board").show(TEXTS)
    codes = TEXTS.model_copy(update={"stage": "codes", "finished": True})
    FileBoard(tmp_path / "board").show(codes)
    FileBoard(tmp_path / "board").show(TEXTS.model_copy(update={"batch": "b2"}))

    assert FileBoard(tmp_path / "board").shown("b1", since=0) == [codes, TEXTS]
    assert sorted(path.name for path in (tmp_path / "board" / "b1").iterdir()) == [
        "codes.json",
        "texts.json",
    ]


def test_an_earlier_run_is_not_shown(tmp_path: Path) -> None:
    """Its files are still there, from before the moment asked for."""
    board = FileBoard(tmp_path)
    board.show(TEXTS)
    board.show(TEXTS.model_copy(update={"stage": "codes"}))
    os.utime(tmp_path / "b1" / "texts.json", (1000, 1000))
    os.utime(tmp_path / "b1" / "codes.json", (2000, 2000))

    assert [shown.stage for shown in board.shown("b1", since=2000)] == ["codes"]
    assert board.shown("b1", since=time.time() + 60) == []


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"\xff\xfe\x00", b'{"batch": "b1"}', b"[]"],
    ids=["empty", "cut", "no text", "too little", "another shape"],
)
def test_what_cannot_be_read_is_passed_over(tmp_path: Path, content: bytes) -> None:
    """The other stages are shown."""
    board = FileBoard(tmp_path)
    board.show(TEXTS)
    (tmp_path / "b1" / "codes.json").write_bytes(content)
    (tmp_path / "b1" / "photos.json").mkdir()

    assert board.shown("b1", since=0) == [TEXTS]


def test_a_board_that_cannot_be_written_is_harmless(tmp_path: Path) -> None:
    """Progress is a courtesy. Here the folder's place is taken by a file."""
    (tmp_path / "board").write_text("in the way")
    board = FileBoard(tmp_path / "board")

    board.show(TEXTS)

    assert board.shown("b1", since=0) == []
    assert (tmp_path / "board").read_text() == "in the way"


@pytest.mark.parametrize("batch", ["../outside", "/outside", "", "..", "b1/../../outside", "a*"])
def test_no_name_leads_out_of_the_board(tmp_path: Path, batch: str) -> None:
    """Neither to read nor to write."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "texts.json").write_text(TEXTS.model_dump_json())
    board = FileBoard(tmp_path / "board")

    board.show(TEXTS.model_copy(update={"batch": batch}))

    assert board.shown(batch, since=0) == []
    assert [path.name for path in tmp_path.iterdir()] == ["outside"]
    assert [path.name for path in outside.iterdir()] == ["texts.json"]
