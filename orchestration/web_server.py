"""The Dagster UI of `darkroom up`: `python -m orchestration.web_server`, as `dagster-webserver`.

Where the checks of an asset stand, batch by batch, Dagster works out anew for each look, adding one
batch at a time to a copy of those before: with ten thousand batches a page waits for half a minute.
Here all batches of one answer are added at once.
"""

from collections import defaultdict
from collections.abc import Sequence

import dagster as dg
from dagster._core.asset_graph_view.serializable_entity_subset import SerializableEntitySubset
from dagster._core.storage import asset_check_state
from dagster._core.storage.asset_check_execution_record import (
    AssetCheckExecutionRecordStatus,
    AssetCheckExecutionResolvedStatus,
    AssetCheckPartitionInfo,
)
from dagster._core.storage.asset_check_state import InProgressRuns, StatusSubsets
from dagster_webserver.cli import main

one_by_one = asset_check_state._process_partition_records  # noqa: SLF001 - there is no public way

_ANSWERS = {
    AssetCheckExecutionRecordStatus.SUCCEEDED: AssetCheckExecutionResolvedStatus.SUCCEEDED,
    AssetCheckExecutionRecordStatus.FAILED: AssetCheckExecutionResolvedStatus.FAILED,
}


def all_at_once(
    key: dg.AssetCheckKey,
    partitions_def: dg.PartitionsDefinition[str] | None,
    subsets: StatusSubsets,
    in_progress_runs: InProgressRuns,
    partition_infos: Sequence[AssetCheckPartitionInfo],
) -> tuple[StatusSubsets, InProgressRuns]:
    """What `one_by_one` returns. There is at most one record of each partition."""
    if partitions_def is None:
        return one_by_one(key, partitions_def, subsets, in_progress_runs, partition_infos)
    existing = set(partitions_def.get_partition_keys())
    answered = defaultdict[AssetCheckExecutionResolvedStatus, list[str]](list)
    planned = defaultdict[str, list[str]](list)
    outdated: list[str] = []
    for info in partition_infos:
        partition, status = info.partition_key, info.latest_execution_status
        if partition is None or partition not in existing:
            continue
        if status is AssetCheckExecutionRecordStatus.PLANNED:
            answered[AssetCheckExecutionResolvedStatus.IN_PROGRESS].append(partition)
            planned[info.latest_planned_run_id].append(partition)
        elif status in _ANSWERS and info.is_current:
            answered[_ANSWERS[status]].append(partition)
        elif status in _ANSWERS:
            outdated.append(partition)

    def subset(partitions: list[str]) -> SerializableEntitySubset[dg.AssetCheckKey]:
        return SerializableEntitySubset.from_coercible_value(key, partitions, partitions_def)

    gone = subset(outdated)
    # A partition that is not answered any more has no other record that adds it.
    now = {answer: before.compute_difference(gone) for answer, before in subsets.items()}
    for answer, partitions in answered.items():
        now[answer] = now[answer].compute_union(subset(partitions))
    runs = dict(in_progress_runs)
    for run_id, partitions in planned.items():
        before = runs.get(run_id, SerializableEntitySubset.empty(key, partitions_def))
        runs[run_id] = before.compute_union(subset(partitions))
    return now, runs


if __name__ == "__main__":
    asset_check_state._process_partition_records = all_at_once  # noqa: SLF001 - as above
    main()  # type: ignore[no-untyped-call]  # of click
