"""What a tick of each sensor and schedule takes, as the code server evaluates it."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime

import dagster as dg

from orchestration.definitions import definitions
from orchestration.instance import open_instance
from orchestration.wiring import Adapters


def ticks(adapters: Adapters, cursors: dict[str, str | None]) -> Iterator[tuple[str, float, float]]:
    """Name, wall and CPU seconds of one tick each. Opening the instance counts; no run is begun."""
    repository = definitions().get_repository_def()
    with open_instance(adapters.home, adapters.settings) as instance:
        instance_ref = instance.get_ref()
    for sensor in repository.sensor_defs:
        wall, cpu = time.perf_counter(), time.process_time()
        with dg.SensorEvaluationContext(
            instance_ref=instance_ref,
            last_tick_completion_time=None,
            last_run_key=None,
            cursor=cursors.get(sensor.name),
            repository_name=None,
            repository_def=repository,
        ) as context:
            cursors[sensor.name] = sensor.evaluate_tick(context).cursor
        yield sensor.name, time.perf_counter() - wall, time.process_time() - cpu
    for schedule in repository.schedule_defs:
        wall, cpu = time.perf_counter(), time.process_time()
        with dg.build_schedule_context(
            instance_ref=instance_ref,
            repository_def=repository,
            scheduled_execution_time=datetime.now(UTC),
        ) as scheduled:
            schedule.evaluate_tick(scheduled)
        yield schedule.name, time.perf_counter() - wall, time.process_time() - cpu
