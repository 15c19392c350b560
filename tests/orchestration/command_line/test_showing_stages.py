"""What `darkroom status` says of stages."""

import json
import os
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from darkroom.batches import Batch, BatchState
from darkroom.rows import Entry
from darkroom.work.load import Load
from darkroom.work.progress import StageProgress
from orchestration.command_line import showing_status
from orchestration.command_line.session import adapters_of
from orchestration.command_line.showing_stages import StageLine, StageState, stage_lines
from resources.progress_board import FileBoard

if TYPE_CHECKING:
    from tests.orchestration.command_line.conftest import Command

BUSY = Load(workers=2, cores=1.5, memory_bytes=200 * 2**20, hosts={"slow.example": 3})
INGEST = StageProgress(
    batch="spring", stage="ingest", total=10, done=10, seconds=5, finished=True, load=BUSY
)
TEXTS = StageProgress(
    batch="spring", stage="texts", total=10, done=4, rejected=1, failed=1, seconds=2, load=BUSY
)


def aged(board: FileBoard, stage: str) -> None:
    long_ago = time.time() - 3600
    os.utime(board.root / "spring" / f"{stage}.json", (long_ago, long_ago))


def test_a_stage_works_is_finished_or_has_stopped(tmp_path: Path) -> None:
    """One that said nothing for long, and did not say that it is finished, has stopped."""
    board = FileBoard(tmp_path)
    codes = TEXTS.model_copy(update={"stage": "codes"})
    for progress in (INGEST, TEXTS, codes):
        board.show(progress)
    aged(board, "ingest")
    aged(board, "codes")

    lines = stage_lines(board, "spring")

    assert lines == [
        StageLine(codes, StageState.STOPPED),
        StageLine(INGEST, StageState.FINISHED),
        StageLine(TEXTS, StageState.WORKING),
    ]
    assert [line.load for line in lines] == [None, None, BUSY]


@pytest.fixture
def spring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, darkroom: "Command") -> FileBoard:
    """A batch that is known and, as far as anybody can tell, running; its board."""
    darkroom("config")
    adapters = adapters_of(tmp_path / "home")
    adapters.home.make()
    for key in ("spring", "autumn"):
        batch = Batch(
            key=key, owner="anna", source="s", photos=1, opened_at=datetime(2026, 1, 1, tzinfo=UTC)
        )
        entry = Entry(photo_id="p", uri="u", filename="f", identity=key)
        assert adapters.records.open_batch(batch, [entry])

    def states(_: object, summaries: Sequence[object]) -> dict[str, BatchState]:
        running = {"spring": BatchState.RUNNING, "autumn": BatchState.WAITING}
        return running if len(summaries) == 2 else {"spring": BatchState.RUNNING}

    monkeypatch.setattr(showing_status, "states_of", states)
    return FileBoard(adapters.home.progress)


def test_status_tells_of_the_stages_under_way(spring: FileBoard, darkroom: "Command") -> None:
    """Of running batches only; those that are over, or dead, are left out."""
    for progress in (INGEST, TEXTS, TEXTS.model_copy(update={"stage": "codes"})):
        spring.show(progress)
        spring.show(progress.model_copy(update={"batch": "autumn"}))
    aged(spring, "codes")
    told = json.loads(darkroom("status", "--format", "json").said)
    table = darkroom("status").said

    assert [each["stages"] for each in told["batches"]] == [
        [
            {
                "stage": "texts",
                "state": "working",
                "total": 10,
                "done": 4,
                "rejected": 1,
                "failed": 1,
                "seconds": 2.0,
                "rate": 2.0,
                "seconds_left": 3.0,
                "load": {
                    "workers": 2,
                    "cores": 1.5,
                    "memory_bytes": 209715200,
                    "hosts": {"slow.example": 3},
                },
            }
        ],
        [],
    ]
    [line] = [line for line in table.splitlines() if "working" in line]
    assert " ".join(line.split()) == (
        "spring texts working 4/10 1 1 2.0/s 3 s 2 1.5 200 MiB slow.example at 3"
    )


def test_a_narrow_terminal_is_told_in_sentences(
    spring: FileBoard, darkroom: "Command", monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twelve columns of an ellipsis each would tell nothing."""
    spring.show(TEXTS)
    monkeypatch.setenv("COLUMNS", "80")
    said = " ".join(darkroom("status").said.split())

    assert said.endswith(
        "spring, working: texts: 4 of 10 photos, 2.0/s, 3 s left, 1 rejected, 1 failed;"
        " 1.5 cores, 200 MiB, 2 workers, held back: slow.example at 3"
    )


def test_status_of_one_batch_tells_of_all_its_stages(
    spring: FileBoard, darkroom: "Command"
) -> None:
    """Also of those that are over, which use nothing any more."""
    for progress in (INGEST, TEXTS):
        spring.show(progress)
    aged(spring, "ingest")
    said = darkroom("status", "spring", "--format", "json").said
    [batch] = json.loads(said)["batches"]

    assert [(each["stage"], each["state"], each["load"] is None) for each in batch["stages"]] == [
        ("ingest", "finished", True),
        ("texts", "working", False),
    ]


def test_a_board_of_rubbish_is_no_trouble(spring: FileBoard, darkroom: "Command") -> None:
    """What cannot be read is not shown."""
    spring.show(TEXTS)
    for name in ("half", "codes"):
        (spring.root / "spring" / f"{name}.json").write_bytes(b'{"batch": "spr')
    ended = darkroom("status", "spring")

    assert (ended.code, ended.complained) == (0, "")
    assert "texts" in ended.said
