"""`darkroom prune`: what nobody needs any more, listed or removed."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from darkroom.reports.markdown import visible
from darkroom.upkeep.sweeping import Leftover, Swept, sweep_all
from orchestration.command_line.session import adapters_of
from orchestration.instance import open_instance
from orchestration.maintenance import sweeps

INTERRUPTED = 130
_LISTED = 20


def run_prune(folder: Path | None, *, dry_run: bool) -> int:
    """Remove it, as `maintenance_schedule` does, or only say what that would be."""
    adapters = adapters_of(folder)
    console = Console()
    listed = Counter[str]()

    def tell(kind: str, leftover: Leftover) -> None:
        listed[kind] += 1
        if dry_run and listed[kind] <= _LISTED:
            line = f"{kind}: {visible(leftover.name)} ({_size(leftover.bytes)})"
            console.print(line, markup=False, highlight=False, soft_wrap=True)

    with (
        open_instance(adapters.home, adapters.settings) as instance,
        console.status("looking …") as status,
    ):

        def report(swept: Swept) -> None:
            status.update(f"{swept.kind}: {swept.count}, {_size(swept.bytes)}")

        try:
            ends = sweep_all(sweeps(adapters, instance), dry_run=dry_run, report=report, tell=tell)
        except KeyboardInterrupt:
            console.print("Stopping; what was removed was needed by nobody.")
            return INTERRUPTED
    console.print(_table(ends, dry_run=dry_run))
    return 0


def _table(ends: Sequence[Swept], *, dry_run: bool) -> Table:
    title = "would be removed" if dry_run else "removed"
    table = Table(title=title, title_justify="left", box=SIMPLE)
    table.add_column("what", no_wrap=True)
    table.add_column("how many", justify="right")
    table.add_column("size", justify="right")
    for end in ends:
        table.add_row(end.kind, f"{end.count:,}", _size(end.bytes))
    return table


def _size(size_bytes: int) -> str:
    size = float(size_bytes)
    for unit in ("bytes", "KiB", "MiB", "GiB"):
        if size < 1024:  # noqa: PLR2004 - of the next unit
            return f"{size:.0f} bytes" if unit == "bytes" else f"{size:.1f} {unit}"
        size /= 1024
    return f"{size:.1f} TiB"
