"""What commands print of failures: each kind once, with how many photos it hit."""

from collections.abc import Iterator, Sequence

from rich.box import SIMPLE
from rich.markup import escape
from rich.table import Table

from darkroom.reports.failure_groups import FailureGroup, group_records
from darkroom.reports.markdown import visible


def failure_table(batch: str, groups: Sequence[FailureGroup]) -> Table:
    """One line per kind of failure."""
    table = Table(title=f"failures of {batch}", title_justify="left", box=SIMPLE)
    records = group_records(groups)
    for column in records[0] if records else ():
        table.add_column(column, overflow="fold", justify="right" if column == "photos" else "left")
    for record in records:
        table.add_row(*(escape(str(cell)) for cell in record.values()))
    return table


def failure_lines(batch: str, groups: Sequence[FailureGroup]) -> Iterator[str]:
    """The same in lines that can be copied whole."""
    for group in groups:
        photos = "1 photo" if group.photos == 1 else f"{group.photos} photos"
        later = "may pass later" if group.retryable else "will not pass by itself"
        later = "accepted" if group.accepted else later
        yield visible(
            f"{batch}: {photos} failed: {', '.join(group.stages)}: {group.error_type} ({later}),"
            f" such as {group.examples[0]}: {group.message}",
            max_chars=500,
        )
