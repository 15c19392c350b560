"""Everything that Dagster needs to know, assembled."""

import dagster as dg

from assets.every import EVERY_ASSET
from orchestration.configuration import load_settings
from orchestration.executor import executor
from orchestration.home import Home
from orchestration.jobs import PROCESS_BATCH, maintenance, process_batch
from orchestration.schedules import feed_schedule, maintenance_schedule
from orchestration.sensors import inbox_sensor, retry_sensor
from orchestration.wiring import Adapters


@dg.definitions
def definitions() -> dg.Definitions:
    """Assets, job, sensors and schedule of the home that DARKROOM_HOME names."""
    home = Home.named()
    settings = load_settings(home)
    adapters = Adapters(home, settings)
    return dg.Definitions(
        assets=EVERY_ASSET,
        jobs=[process_batch(adapters), maintenance(adapters)],
        sensors=[inbox_sensor(adapters), retry_sensor(adapters)],
        schedules=[feed_schedule(adapters), maintenance_schedule(adapters)],
        resources=adapters.resources(),
        executor=executor(settings),
    )


def process_batch_job() -> dg.JobDefinition:
    """The job itself: what a step's process builds again by this function's name."""
    return definitions().resolve_job_def(PROCESS_BATCH)
