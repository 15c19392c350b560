"""What nobody in a home needs any more."""

import time
from functools import cache

import dagster as dg

from darkroom.batches import BatchState
from darkroom.upkeep.blobs import unfinished_writes, unreferenced_blobs
from darkroom.upkeep.files import old_progress, old_scratch, unused_sources
from darkroom.upkeep.old_checkpoints import superseded_checkpoints
from darkroom.upkeep.sweeping import Sweep
from orchestration.batch_states import batch_states
from orchestration.old_runs import old_runs
from orchestration.wiring import Adapters

_HOUR_S = 3600.0
_DAY_S = 24 * _HOUR_S
_OVER = (BatchState.COMPLETE, BatchState.FAILED)


def sweeps(adapters: Adapters, instance: dg.DagsterInstance) -> list[Sweep]:
    """Everything that maintenance removes, in the order in which it does.

    A person's sources and whatever was delivered are no part of it.
    """
    home, keep, now = adapters.home, adapters.settings.maintenance, time.time()
    unreferenced = now - keep.keep_unreferenced_days * _DAY_S
    leftover = now - keep.keep_leftovers_hours * _HOUR_S
    over = now - keep.keep_runs_days * _DAY_S

    @cache
    def states() -> dict[str, BatchState]:
        known = [summary.batch.key for summary in adapters.records.batches()]
        return dict(batch_states(instance, known))

    def is_over(batch: str) -> bool:
        return states().get(batch, BatchState.COMPLETE) in _OVER

    return [
        old_scratch(home.scratch, changed_before=leftover),
        unfinished_writes(adapters.store, begun_before=leftover),
        superseded_checkpoints(adapters.store, written_before=leftover),
        unreferenced_blobs(adapters.store, written_before=unreferenced),
        unused_sources(home.sources, adapters.store, changed_before=unreferenced),
        old_progress(home.progress, changed_before=over, is_over=is_over),
        old_runs(instance, ended_before=over, state_of=lambda batch: states().get(batch)),
    ]
