"""From a source that a person or a sensor names to batches that can be run."""

from dataclasses import dataclass
from datetime import UTC, datetime

from darkroom.batches import BatchSummary
from darkroom.errors import UsageError
from darkroom.intake.importing import Import, Opened, open_batches
from darkroom.intake.sources.opening import open_source
from darkroom.settings import BatchSize
from darkroom.storage.storable_text import one_line, storable
from darkroom.uris import shown
from darkroom.work.machine import usable_cores
from orchestration.wiring import Adapters


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends photos, and how urgent they are."""

    owner: str
    report: str | None = None
    priority: int = 0


def take_in(
    adapters: Adapters,
    source: str,
    sender: Sender,
    *,
    batch_size: BatchSize | None = None,
    force: bool = False,
) -> Opened:
    """Open batches for what is new in `source`. Repeating it opens nothing.

    Raises `SourceUnreadable`, and `UsageError` for an owner without a name.
    """
    owner = one_line(sender.owner)
    if not owner:
        raise UsageError("an owner has a name: say whose photos these are")
    settings = adapters.settings
    listing = open_source(
        source,
        settings=settings.intake,
        kept=adapters.home.sources,
        remote=adapters.remote_sources,
    )
    what = Import(
        owner=owner,
        source=shown(source),
        cores=settings.workers.max_workers or usable_cores(),
        now=datetime.now(UTC),
        report=one_line(sender.report or "") or None,
        priority=sender.priority,
        batch_size=batch_size or settings.intake.batch_size,
    )
    return open_batches(
        listing, what, records=adapters.records, tables=adapters.tables, force=force
    )


def opened_before(adapters: Adapters, source: str, owner: str) -> list[BatchSummary]:
    """The batches of this source and owner."""
    named = storable(shown(source))
    return [
        summary
        for summary in adapters.records.batches()
        if summary.batch.source == named and summary.batch.owner == one_line(owner)
    ]
