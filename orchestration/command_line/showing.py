"""What commands print of batches, photos and settings."""

import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.box import SIMPLE
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from darkroom.batches import is_batch_key
from darkroom.errors import UsageError
from darkroom.reports.delivering import results_csv
from darkroom.reports.look_alikes import named
from darkroom.reports.markdown import visible
from darkroom.reports.unique_ids import undecided
from darkroom.results import PhotoResult
from darkroom.settings import Section
from darkroom.stages.batch_tables import read_results
from darkroom.uris import shown
from orchestration.command_line.formats import ResultFormat
from orchestration.command_line.session import adapters_of
from orchestration.command_line.showing_batches import coloured
from orchestration.configuration import effective_settings


def show_results(batch: str, format_: ResultFormat, folder: Path | None) -> int:
    """One entry per photo of a batch."""
    adapters = adapters_of(folder)
    results = read_results(adapters.tables, batch) if is_batch_key(batch) else []
    if not results:
        raise UsageError(f"there is no batch {batch}: `darkroom status` lists them")
    if format_ is ResultFormat.JSONL:
        for result in results:
            # In ASCII: nothing that a terminal obeys, or that some readers take for a line's end.
            sys.stdout.write(json.dumps(result.model_dump(mode="json")) + "\n")
    elif format_ is ResultFormat.CSV:
        sys.stdout.write(results_csv(results).decode())
    else:
        Console().print(_results_table(batch, results))
    return 0


def _results_table(batch: str, results: Sequence[PhotoResult]) -> Table:
    table = Table(title=batch, title_justify="left", box=SIMPLE)
    table.add_column("photo", no_wrap=True)
    table.add_column("file", overflow="fold", max_width=28)
    table.add_column("outcome", no_wrap=True)
    table.add_column("what is known of it", overflow="fold")
    for result in results:
        table.add_row(
            result.photo_id,
            escape(visible(result.filename)),
            coloured(result.outcome),
            escape("; ".join(_facts(result))),
        )
    return table


def _facts(result: PhotoResult) -> Iterator[str]:  # noqa: C901 - one plain line per fact
    """The photo in a few words: what is wrong with it comes first."""
    for failure in result.failures:
        yield visible(f"{failure.stage}: {failure.message}")
    if result.accepted_reason:
        yield visible(f"accepted: {result.accepted_reason}")
    if result.reasons:
        yield ", ".join(result.reasons)
    if result.warnings:
        yield f"warning: {', '.join(result.warnings)}"
    if result.width:
        yield f"{result.width}x{result.height} {result.format}"
    if result.duplicate_of:
        yield f"same bytes as {result.duplicate_of}"
    if result.near_duplicates:
        yield f"looks like {named(result.near_duplicates[0])}"
    if result.unique_id:
        yield visible(f"ID {result.unique_id}", max_chars=60)
    if ids := undecided(result):
        yield visible(f"IDs that disagree: {', '.join(ids)}", max_chars=60)
    if result.codes:
        yield visible("code " + ", ".join(code.text for code in result.codes), max_chars=60)
    if result.text:
        yield visible(f"text: {result.text}", max_chars=60)
    if result.detections:
        labels = Counter(found.label for found in result.detections)
        yield ", ".join(f"{count} {label}" for label, count in labels.items())


def show_settings(folder: Path | None) -> int:
    """Every setting in force and where it came from."""
    adapters = adapters_of(folder)
    table = Table(title=f"settings of {adapters.home.root}", title_justify="left")
    for column in ("setting", "value", "from", "what it is"):
        table.add_column(column, overflow="fold")
    for setting in effective_settings(adapters.home, adapters.settings):
        table.add_row(
            setting.name,
            escape(_without_secrets(setting.value)),
            "" if setting.source == "default" else escape(setting.source),
            escape(setting.description),
        )
    Console().print(table)
    return 0


def _plain(item: object) -> object:
    if isinstance(item, Section):
        return {key: _plain(value) for key, value in item if value is not None}
    return shown(item) if isinstance(item, str) else item


def _without_secrets(value: object) -> str:
    if isinstance(value, list):
        return str([_plain(each) for each in value])
    return "" if value is None else shown(str(value))
