"""Dagster's way to the tables: a stage's rows in, a stage's rows out."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol, get_args

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

    None for rows says that the table stands as it is, and that nobody need read or make it.

    Dagster reads and writes tables outside of the assets' own code: `around` stands around both.
    """

    def __init__(self, tables: Tables, around: Around = _as_they_are) -> None:
        self._tables = tables
        self._around = around

    def handle_output(self, context: dg.OutputContext, obj: Sequence[Row] | None) -> None:
        """Keep the table of a stage."""
        if obj is None:
            return
        stage = _stage(context.asset_key)
        if any(type(row) is not STAGE_ROWS[stage] for row in obj):
            raise TypeError(f"a table of {stage} is made of its own rows")
        with self._patiently(context):
            self._tables.write(stage, context.partition_key, obj)

    def load_input(self, context: dg.InputContext) -> list[Row]:
        """The table of an earlier stage, one row per photo: what the input's annotation names."""
        stage = _stage(context.asset_key)
        with self._patiently(context):
            asked = _row(context, stage)
            whole = asked is STAGE_ROWS[stage]
            read = self._tables.read if whole else self._tables.read_part
            rows = read(stage, context.partition_key, asked)
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


def _row(context: dg.InputContext, stage: str) -> type[Row]:
    """The stage's own row, or a row that it extends: `list[Row]` asks for what all stages say."""
    [asked] = get_args(context.dagster_type.typing_type)
    if not issubclass(STAGE_ROWS[stage], asked):
        raise TypeError(f"{asked.__name__} is no part of a row of {stage}")
    row: type[Row] = asked
    return row


def _stage(key: dg.AssetKey) -> str:
    return key.path[-1]
