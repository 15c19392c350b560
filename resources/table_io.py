"""Dagster's way to the tables: a stage's rows in, a stage's rows out."""

from collections.abc import Sequence

import dagster as dg

from darkroom.rows import Row
from darkroom.stages.batch_tables import STAGE_ROWS
from darkroom.storage.tables import Tables


class TableIOManager(dg.IOManager):
    """One Parquet table per asset and partition. Writing the same rows again changes no byte."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def handle_output(self, context: dg.OutputContext, obj: Sequence[Row]) -> None:
        """Keep the table of a stage."""
        self._tables.write(_stage(context.asset_key), context.partition_key, obj)

    def load_input(self, context: dg.InputContext) -> list[Row]:
        """The table of an earlier stage, one row per photo."""
        stage = _stage(context.asset_key)
        rows = self._tables.read(stage, context.partition_key, STAGE_ROWS[stage])
        if not rows:
            raise dg.Failure(
                f"Batch {context.partition_key} has no {stage} yet: materialise {stage} first.",
                allow_retries=False,
            )
        return rows


def _stage(key: dg.AssetKey) -> str:
    return key.path[-1]
