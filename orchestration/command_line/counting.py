"""How many of how many, for commands that look at one photo after another."""

import time
from collections.abc import Iterator, Sequence
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

T = TypeVar("T")
_PLAIN_INTERVAL_S = 5.0


def counted(items: Sequence[T], what: str, console: Console) -> Iterator[T]:
    """The items, with a bar on a terminal; elsewhere with a line every few seconds."""
    started = time.monotonic()
    columns = (TextColumn("{task.description}"), BarColumn(30), TextColumn("{task.fields[said]}"))
    with Progress(*columns, console=console, disable=not console.is_terminal) as bars:
        bar = bars.add_task(what, total=len(items), said="")
        printed = started
        for done, item in enumerate(items, start=1):
            yield item
            now = time.monotonic()
            said = _figures(done, len(items), now - started)
            bars.update(bar, completed=done, said=said)
            late = now - printed >= _PLAIN_INTERVAL_S
            if not console.is_terminal and (late or done == len(items)):
                printed = now
                console.print(f"{what}: {said}", markup=False, highlight=False)


def _figures(done: int, total: int, seconds: float) -> str:
    rate = done / seconds if seconds > 0 else 0.0
    left = f", {(total - done) / rate:.0f} s left" if rate else ""
    return f"{done} of {total} photos, {rate:.1f}/s{left}"
