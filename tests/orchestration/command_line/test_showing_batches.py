"""Many batches in few lines."""

import io
from datetime import UTC, datetime

from rich.console import Console

from darkroom.batches import Batch, BatchState, BatchSummary
from orchestration.command_line.showing_batches import MOST_SHOWN, most_telling, show_batches

OPENED = datetime(2024, 5, 4, tzinfo=UTC)


def summaries(count: int) -> list[BatchSummary]:
    return [
        BatchSummary(
            batch=Batch(
                key=f"b{n:05}", owner="anna", source="/photos", photos=10, opened_at=OPENED
            ),
            done=8,
            rejected=1,
            failed=1,
        )
        for n in range(count)
    ]


def states(batches: list[BatchSummary], **others: BatchState) -> dict[str, BatchState]:
    return dict.fromkeys([each.batch.key for each in batches], BatchState.COMPLETE) | others


def printed(batches: list[BatchSummary], found: dict[str, BatchState], *, everything: bool) -> str:
    into = io.StringIO()
    show_batches(Console(file=into, width=120), batches, found, everything=everything)
    return into.getvalue()


def test_what_is_not_complete_comes_before_what_is() -> None:
    """And of the complete ones the latest; in the order in which all were opened."""
    batches = summaries(100)
    found = states(batches, b00003=BatchState.RUNNING, b00001=BatchState.FAILED)

    shown = [each.batch.key for each in most_telling(batches, found)]
    assert shown == ["b00001", "b00003", *(f"b{n:05}" for n in range(100 - MOST_SHOWN + 2, 100))]


def test_what_is_not_shown_is_counted() -> None:
    """Ten thousand batches fit on a screen, and one option shows them all."""
    batches = summaries(10_000)
    found = states(batches, b00003=BatchState.RUNNING)
    said = printed(batches, found, everything=False)

    assert len(said.splitlines()) < MOST_SHOWN + 10
    assert "b00003" in said
    assert (
        "10,000 batches: 1 running, 9,999 complete;"
        " 100,000 photos: 80,000 done, 10,000 rejected, 10,000 failed"
    ) in said
    assert "9,960 more are not shown: `darkroom status --all`" in said
    assert "b00005" in printed(batches[:60], states(batches), everything=True)


def test_one_batch_needs_no_total() -> None:
    """Its line says it all."""
    batches = summaries(1)
    assert "batches:" not in printed(batches, states(batches), everything=False)
