"""Where batches stand."""

from collections.abc import Mapping, Sequence

import dagster as dg

from assets.partitions import batches
from darkroom.batches import BatchState

GATE = dg.AssetKey("batch_report")

_BY_STATUS = {
    "MATERIALIZED": BatchState.COMPLETE,
    "IN_PROGRESS": BatchState.RUNNING,
    "FAILED": BatchState.FAILED,
}


def batch_states(instance: dg.DagsterInstance, keys: Sequence[str]) -> Mapping[str, BatchState]:
    """The state of each batch. A key that is no partition yet is waiting."""
    partitions = set(batches.get_partition_keys(dynamic_partitions_store=instance))
    known = [key for key in keys if key in partitions]
    found = instance.get_status_by_partition(GATE, known, batches) or {}
    return {
        key: _BY_STATUS[status.value] if (status := found.get(key)) else BatchState.WAITING
        for key in keys
    }
