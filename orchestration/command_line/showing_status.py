"""What `darkroom status` prints."""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from rich.console import Console

from darkroom.batches import BatchState, BatchSummary
from darkroom.errors import UsageError
from darkroom.reports.failure_groups import FailureGroup, failure_groups
from orchestration.command_line.formats import StatusFormat
from orchestration.command_line.session import adapters_of
from orchestration.command_line.showing_batches import show_batches
from orchestration.command_line.showing_failures import failure_table
from orchestration.command_line.showing_stages import (
    StageLine,
    StageTable,
    stage_lines,
    stage_row,
    working_lines,
)
from orchestration.gate_log import GateLog
from orchestration.wiring import Adapters


def show_status(
    batch: str | None, format_: StatusFormat, folder: Path | None, *, everything: bool = False
) -> int:
    """Batches with their counts and state."""
    adapters = adapters_of(folder)
    summaries = [
        summary for summary in adapters.records.batches() if batch in (None, summary.batch.key)
    ]
    if batch is not None and not summaries:
        raise UsageError(f"there is no batch {batch}: `darkroom status` lists them")
    states = states_of(adapters, summaries)
    groups = _failures(adapters, batch) if batch else []
    lines = (
        stage_lines(adapters.board, batch)
        if batch
        else working_lines(adapters.board, _running(states))
    )
    if format_ is StatusFormat.JSON:
        rows = [
            _status_row(
                summary,
                states[summary.batch.key],
                [line for line in lines if line.progress.batch == summary.batch.key],
            )
            for summary in summaries
        ]
        told: dict[str, object] = {"batches": rows}
        if batch:
            told["failures"] = [asdict(group) for group in groups]
        sys.stdout.write(json.dumps(told, indent=2) + "\n")
        return 0
    console = Console()
    show_batches(console, summaries, states, everything=everything)
    if lines:
        console.print(StageTable(lines))
    if batch and groups:
        console.print(failure_table(batch, groups))
    return 0


def states_of(adapters: Adapters, summaries: Sequence[BatchSummary]) -> Mapping[str, BatchState]:
    """The state of each of these batches."""
    keys = [summary.batch.key for summary in summaries]
    log = GateLog.of(adapters.home)
    states = log.states(keys) if log is not None else None
    if states is not None:
        return states
    from orchestration.batch_states import batch_states
    from orchestration.instance import open_instance

    with open_instance(adapters.home, adapters.settings) as instance:
        return batch_states(instance, keys)


def _failures(adapters: Adapters, batch: str) -> list[FailureGroup]:
    from darkroom.stages.batch_tables import read_results  # with what reads Parquet

    return failure_groups(read_results(adapters.tables, batch))


def _running(states: Mapping[str, BatchState]) -> list[str]:
    return [batch for batch, state in states.items() if state is BatchState.RUNNING]


def _status_row(
    summary: BatchSummary, state: BatchState, lines: Sequence[StageLine]
) -> dict[str, object]:
    batch = summary.batch
    return {
        "batch": batch.key,
        "owner": batch.owner,
        "report": batch.report,
        "priority": batch.priority,
        "source": batch.source,
        "opened_at": batch.opened_at.isoformat(),
        "photos": batch.photos,
        "done": summary.done,
        "rejected": summary.rejected,
        "failed": summary.failed,
        "failures_accepted": summary.failures_accepted,
        "state": state.value,
        "stages": [stage_row(line) for line in lines],
    }
