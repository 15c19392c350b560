"""The UI's server works out where checks stand as Dagster does, in one go."""

import random
from collections.abc import Iterator, Mapping

import dagster as dg
import pytest
from dagster._core.asset_graph_view.serializable_entity_subset import SerializableEntitySubset
from dagster._core.definitions.partitions.context import partition_loading_context
from dagster._core.storage.asset_check_execution_record import (
    AssetCheckExecutionRecordStatus,
    AssetCheckExecutionResolvedStatus,
    AssetCheckPartitionInfo,
)

from assets.partitions import BATCHES, batches
from orchestration.web_server import all_at_once, one_by_one

CHECK = dg.AssetCheckKey(dg.AssetKey("texts"), "no_failed_photos")
KEYS = [f"batch-{number:03}" for number in range(60)]


@pytest.fixture
def known() -> Iterator[None]:
    """All batches are partitions but for the last three."""
    with dg.DagsterInstance.ephemeral() as instance:
        instance.add_dynamic_partitions(BATCHES, KEYS[:-3])
        with partition_loading_context(dynamic_partitions_store=instance):
            yield


def records(chance: random.Random) -> list[AssetCheckPartitionInfo]:
    """The latest of most batches, in any order; one of no batch."""
    partitions: list[str | None] = [*chance.sample(KEYS, 50), None]
    return [record(chance, partition) for partition in partitions]


def record(chance: random.Random, partition: str | None) -> AssetCheckPartitionInfo:
    number = chance.randrange(1, 9)
    return AssetCheckPartitionInfo(
        check_key=CHECK,
        partition_key=partition,
        latest_execution_status=chance.choice(list(AssetCheckExecutionRecordStatus)),
        latest_target_materialization_storage_id=chance.choice([None, 1, 2]),
        latest_planned_run_id=f"run-{number}",
        latest_check_event_storage_id=number,
        latest_materialization_storage_id=chance.choice([None, 1, 2]),
    )


@pytest.mark.usefixtures("known")
@pytest.mark.parametrize("seed", range(20))
def test_all_at_once_is_what_one_by_one_comes_to(seed: int) -> None:
    """From nothing; that there is nothing of deleted batches and of none is the same, too."""
    nothing = {
        answer: SerializableEntitySubset.empty(CHECK, batches)
        for answer in AssetCheckExecutionResolvedStatus
    }
    found = records(random.Random(seed))

    quick = all_at_once(CHECK, batches, nothing, {}, found)

    assert quick == one_by_one(CHECK, batches, nothing, {}, found)
    assert sum(map(len, kept(quick[0]).values())) > 10


@pytest.mark.usefixtures("known")
def test_batches_that_were_made_anew_lose_their_answer() -> None:
    """Until the check is answered again. What was in progress before stays so."""
    everything = SerializableEntitySubset.from_coercible_value(CHECK, KEYS[:-3], batches)
    before = dict.fromkeys(AssetCheckExecutionResolvedStatus, everything)
    runs = {"run-1": everything}
    found = records(random.Random(0))

    assert all_at_once(CHECK, batches, before, runs, found) == one_by_one(
        CHECK, batches, before, runs, found
    )


def kept(
    subsets: Mapping[AssetCheckExecutionResolvedStatus, SerializableEntitySubset[dg.AssetCheckKey]],
) -> dict[AssetCheckExecutionResolvedStatus, set[str]]:
    return {
        answer: set(subset.subset_value.get_partition_keys()) for answer, subset in subsets.items()
    }
