"""Dagster's way to the tables: a stage's rows in, a stage's rows out."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

import dagster as dg

from darkroom.rows import Row
from darkroom.stages.batch_tables import STAGE_ROWS
from darkroom.storage.tables import Tables


class Around(Protocol):
    """Tells Dagster what to make of errors."""

    def __call__(
        self, *, attempt: Callable[[], int], log: dg.DagsterLogManager
    ) -> AbstractContextManager[None]:
        """`attempt` is how often the step was tried before."""


def _as_they_are(**_: object) -> AbstractContextManager[None]:
    return nullcontext()


class TableIOManager(dg.IOManager):
    """One Parquet table per asset and partition. Writing the same rows again changes no byte.

    Dagster reads and writes tables outside of the assets' own code: `around` stands around both.
    """

    def __init__(self, tables: Tables, around: Around = _as_they_are) -> None:
        self._tables = tables
        self._around = around

    def handle_output(self, context: dg.OutputContext, obj: Sequence[Row]) -> None:
        """Keep the table of a stage."""
        with self._patiently(context):
            self._tables.write(_stage(context.asset_key), context.partition_key, obj)

    def load_input(self, context: dg.InputContext) -> list[Row]:
        """The table of an earlier stage, one row per photo."""
        stage = _stage(context.asset_key)
        with self._patiently(context):
            rows = self._tables.read(stage, context.partition_key, STAGE_ROWS[stage])
        if not rows:
            raise dg.Failure(
                f"Batch {context.partition_key} has no {stage} yet: materialise {stage} first.",
                allow_retries=False,
            )
        return rows

    def _patiently(
        self, context: dg.InputContext | dg.OutputContext
    ) -> AbstractContextManager[None]:
        return self._around(
            attempt=lambda: context.step_context.previous_attempt_count, log=context.log
        )


def _stage(key: dg.AssetKey) -> str:
    return key.path[-1]
