"""Runs under `darkroom up`: each in a process of its own, which can be looked for and ended.

Dagster's own launcher starts runs inside the code server, whose end takes them along, and never
notices that one was killed.
"""

import subprocess
import sys
from collections.abc import Mapping
from typing import Any, Self

import dagster as dg
from dagster._config import UserConfigSchema
from dagster._core.launcher.base import (
    CheckRunHealthResult,
    LaunchRunContext,
    RunLauncher,
    WorkerStatus,
)
from dagster._grpc.types import ExecuteRunArgs
from dagster._serdes import ConfigurableClass, ConfigurableClassData, serialize_value

from orchestration.cancelling import cancel
from orchestration.run_processes import RunProcess
from orchestration.tags import LAUNCHED_TAG


class ProcessRunLauncher(RunLauncher[dg.DagsterInstance], ConfigurableClass):
    """Starts a process for each run, in a session of its own.

    It goes on when daemon, code server or webserver end; Dagster's run monitoring asks here whether
    it lives.
    """

    def __init__(self, inst_data: ConfigurableClassData | None = None) -> None:
        self._inst_data = inst_data
        self._started: list[subprocess.Popen[bytes]] = []
        super().__init__()  # type: ignore[no-untyped-call]  # Dagster annotates only some

    @property
    def inst_data(self) -> ConfigurableClassData | None:
        return self._inst_data

    @classmethod
    def config_type(cls) -> UserConfigSchema:
        return {}

    @classmethod
    def from_config_value(
        cls,
        inst_data: ConfigurableClassData,
        config_value: Mapping[str, Any],  # noqa: ARG003 - the hook's signature
    ) -> Self:
        return cls(inst_data)

    def launch_run(self, context: LaunchRunContext) -> None:
        """Start the process, and say in the run's tags which it is."""
        run = context.dagster_run
        origin = context.job_code_origin
        if origin is None:
            raise dg.DagsterInvariantViolationError(
                f"run {run.run_id} does not say where its code is"
            )
        # A run that was asked for again in the UI comes with the tags of the one before.
        self._instance.add_run_tags(run.run_id, {**RunProcess.this().tags, LAUNCHED_TAG: "yes"})
        arguments = ExecuteRunArgs(origin, run.run_id, self._instance.get_ref())
        started = subprocess.Popen(
            [sys.executable, "-m", "orchestration.run_worker", serialize_value(arguments)],
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._reap()
        self._started.append(started)
        self._instance.add_run_tags(run.run_id, RunProcess.of(started.pid).tags)

    def terminate(self, run_id: str) -> bool:
        """Stop a run, also one of an import, within seconds: steps and photo workers with it."""
        run = self._instance.get_run_by_id(run_id)
        if run is None or run.is_finished:
            return False
        if RunProcess.named_by(run.tags) is None:
            return False
        cancel(self._instance, [run])
        return True

    @property
    def supports_check_run_worker_health(self) -> bool:
        return True

    def check_run_worker_health(self, run: dg.DagsterRun) -> CheckRunHealthResult:
        """Whether the run's process lives. What a dead one left behind is killed."""
        self._reap()
        process = RunProcess.named_by(run.tags)
        if process is None:
            return CheckRunHealthResult(WorkerStatus.RUNNING, "not of this machine")
        if process.alive:
            return CheckRunHealthResult(WorkerStatus.RUNNING)
        process.kill()
        return CheckRunHealthResult(WorkerStatus.NOT_FOUND, "The process of this run is gone.")

    def _reap(self) -> None:
        self._started = [each for each in self._started if each.poll() is None]
