"""The asset that is a stage's table, one for each batch."""

from collections.abc import Callable, Iterator, Sequence
from typing import Concatenate, ParamSpec, TypeVar

import dagster as dg

from assets.partitions import batches
from assets.patience import patient
from assets.stage_events import no_failed_photos

E = TypeVar("E")
P = ParamSpec("P")


def stage_asset(
    *, pool: str, group_name: str, made_with: str, deps: Sequence[str] = ()
) -> Callable[
    [Callable[Concatenate[dg.AssetExecutionContext, P], Iterator[E]]], dg.AssetsDefinition
]:
    """A patient step becomes an asset; its name is that of the asset, the stage and the table."""

    def defined(
        step: Callable[Concatenate[dg.AssetExecutionContext, P], Iterator[E]],
    ) -> dg.AssetsDefinition:
        return dg.asset(
            partitions_def=batches,
            deps=deps,
            pool=pool,
            group_name=group_name,
            kinds={"parquet", made_with},
            owners=["team:darkroom"],
            io_manager_key="table_io",
            check_specs=[no_failed_photos(step.__name__)],
        )(patient(step))

    return defined
