"""The process of one run under `darkroom up`: `python -m orchestration.run_worker ARGUMENTS`."""

import sys

import dagster as dg
from dagster._cli.api import execute_run_command
from dagster._grpc.types import ExecuteRunArgs
from dagster._serdes import deserialize_value

from orchestration import definitions as _definitions  # noqa: F401 - for the fork server, too
from orchestration.preloading import fork_runs_from_here
from orchestration.run_processes import RunProcess


def main(arguments: str) -> None:
    """Run what `ExecuteRunArgs` in JSON ask for.

    The run says first which process it is in: whoever launched it may be gone before saying so.
    """
    fork_runs_from_here()
    asked = deserialize_value(arguments, ExecuteRunArgs)
    if asked.instance_ref is None:
        raise ValueError("a run worker is told which instance it belongs to")
    with dg.DagsterInstance.from_ref(asked.instance_ref) as instance:
        instance.add_run_tags(asked.run_id, RunProcess.this().tags)
    execute_run_command.main([arguments], prog_name="run_worker")


if __name__ == "__main__":
    main(sys.argv[1])
