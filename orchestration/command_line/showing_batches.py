"""Where batches stand, as a person reads it."""

from collections import Counter
from collections.abc import Mapping, Sequence

from rich.box import SIMPLE
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from darkroom.batches import BatchState, BatchSummary
from darkroom.reports.markdown import visible

MOST_SHOWN = 40
"""More than a screen; what is not shown is counted."""

_COLOURS = {
    "done": "green",
    "complete": "green",
    "rejected": "yellow",
    "failed": "red",
    "failure_accepted": "dim",
    "running": "cyan",
}


def coloured(word: str, text: str | None = None) -> str:
    """A state or outcome, or the text that speaks of it, in its colour."""
    colour = _COLOURS.get(word)
    shown = escape(text if text is not None else word)
    return f"[{colour}]{shown}[/{colour}]" if colour else shown


def show_batches(
    console: Console,
    summaries: Sequence[BatchSummary],
    states: Mapping[str, BatchState],
    *,
    everything: bool,
) -> None:
    """A line for each batch, oldest first: of many, those that are not complete and the latest."""
    chosen = summaries if everything else most_telling(summaries, states)
    console.print(status_table(chosen, states))
    if len(summaries) > 1:
        console.print(totals(summaries, states))
    if left_out := len(summaries) - len(chosen):
        console.print(f"{left_out:,} more are not shown: `darkroom status --all`", style="dim")


def most_telling(
    summaries: Sequence[BatchSummary], states: Mapping[str, BatchState]
) -> list[BatchSummary]:
    """At most `MOST_SHOWN`, in their order: what runs, then what failed, waits, and is complete."""
    urgency = [BatchState.RUNNING, BatchState.FAILED, BatchState.WAITING, BatchState.COMPLETE]
    places = sorted(
        range(len(summaries)),
        key=lambda place: (urgency.index(states[summaries[place].batch.key]), -place),
    )
    return [summaries[place] for place in sorted(places[:MOST_SHOWN])]


def totals(summaries: Sequence[BatchSummary], states: Mapping[str, BatchState]) -> str:
    """All batches and their photos in one line."""
    found = Counter(states[each.batch.key] for each in summaries)
    batches = ", ".join(f"{found[state]:,} {state}" for state in BatchState if found[state])
    photos = sum(each.batch.photos for each in summaries)
    ended = {
        "done": sum(each.done for each in summaries),
        "rejected": sum(each.rejected for each in summaries),
        "failed": sum(each.failed for each in summaries),
    }
    of_them = ", ".join(f"{count:,} {outcome}" for outcome, count in ended.items())
    return f"{len(summaries):,} batches: {batches}; {photos:,} photos: {of_them}"


def status_table(summaries: Sequence[BatchSummary], states: Mapping[str, BatchState]) -> Table:
    """One line per batch."""
    table = Table(title="batches", title_justify="left", box=SIMPLE)
    table.add_column("batch", no_wrap=True)
    table.add_column("owner", overflow="ellipsis", min_width=5)
    columns = ["photos", "done", "rejected", "failed"]
    # A wide heading for what is rare.
    any_accepted = any(summary.failures_accepted for summary in summaries)
    for column in [*columns, "failures accepted"] if any_accepted else columns:
        table.add_column(column, justify="right", no_wrap=column in columns)
    table.add_column("state", no_wrap=True)
    for summary in summaries:
        table.add_row(
            summary.batch.key,
            escape(visible(summary.batch.owner)),
            str(summary.batch.photos),
            coloured("done" if summary.done else "", str(summary.done)),
            coloured("rejected" if summary.rejected else "", str(summary.rejected)),
            coloured("failed" if summary.failed else "", str(summary.failed)),
            *(
                [coloured("failure_accepted", str(summary.failures_accepted or ""))]
                if any_accepted
                else []
            ),
            coloured(states[summary.batch.key]),
        )
    return table
