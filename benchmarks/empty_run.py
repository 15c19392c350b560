"""A plain Dagster run of a home's instance, as large as a batch's and with nothing to do.

    DAGSTER_HOME=FOLDER .venv/bin/python -m benchmarks.empty_run

Eight ops with the dependencies of Darkroom's steps, Dagster's own multiprocess executor, steps
forked from a server that has imported what opening the instance takes: the least that eight steps
cost in processes of their own.
"""

from collections.abc import Callable

import dagster as dg

_STEPS: dict[str, list[str]] = {
    "ingest": [],
    "texts": ["ingest"],
    "codes": ["ingest", "texts"],
    "detections": ["ingest"],
    "duplicates": ["ingest"],
    "deliveries": ["ingest", "texts", "codes", "detections", "duplicates"],
    "records": ["ingest", "texts", "codes", "detections", "duplicates", "deliveries"],
    "batch_report": ["records"],
}
_PRELOAD = [
    "alembic.command",
    "dagster",
    "dagster._core.instance.factory",
    "dagster._core.storage.local_compute_log_manager",
    "dagster._core.storage.migration.utils",
    "dagster._core.storage.root",
    "dagster._core.storage.sqlite_storage",
    "sqlalchemy.dialects.sqlite",
]


def _op(name: str, needs: list[str]) -> dg.OpDefinition:
    @dg.op(name=name, ins={need: dg.In(dg.Nothing) for need in needs}, out=dg.Out(dg.Nothing))
    def nothing() -> None:
        """Takes no time."""

    return nothing


@dg.job(
    executor_def=dg.multiprocess_executor.configured(
        {
            "max_concurrent": 3,
            "start_method": {"forkserver": {"preload_modules": _PRELOAD}},
        }
    )
)
def empty() -> None:
    """As many steps as a batch has without a vision model."""
    made: dict[str, object] = {}
    for name, needs in _STEPS.items():
        op: Callable[..., object] = _op(name, needs)
        made[name] = op(**{need: made[need] for need in needs})


if __name__ == "__main__":
    with dg.DagsterInstance.get() as instance:
        result = dg.execute_job(dg.reconstructable(empty), instance=instance)
    raise SystemExit(not result.success)
