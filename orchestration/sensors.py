"""Runs asked for by what arrives, and by what failed."""

import time
from functools import partial

import dagster as dg

from assets.partitions import batches
from darkroom.errors import UsageError, WorldError
from darkroom.reports.markdown import visible
from orchestration.announcing import MAX_PER_TICK, manifest_event, request, unannounced
from orchestration.inbox import Memory, look_in_bucket, look_in_folder
from orchestration.intake import Sender, take_in
from orchestration.jobs import PROCESS_BATCH
from orchestration.lost_runs import end_lost_runs
from orchestration.retries import RETRY_TAG, Retries
from orchestration.slow_sources import TICK_BUDGET_S, Openings, StillOpening
from orchestration.wiring import Adapters

_RETRY_INTERVAL_S = 15
"""A run that was killed is to be noticed within a minute."""


def inbox_sensor(adapters: Adapters) -> dg.SensorDefinition:
    """Makes batches of what is dropped in the inbox once it has stopped changing."""
    intake = adapters.settings.intake
    openings = Openings()

    @dg.sensor(
        name="inbox_sensor",
        job_name=PROCESS_BATCH,
        minimum_interval_seconds=intake.inbox_interval_s,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description=(
            f"Watches {adapters.home.inbox}"
            + (f" and {intake.inbox_s3}" if intake.inbox_s3 else "")
            + ": a folder, ZIP or manifest dropped there becomes a batch once it has stopped"
            " changing. `anna@spring.zip` belongs to owner anna."
        ),
    )
    def sensor(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        memory = Memory.read(context.cursor)
        dropped = look_in_folder(adapters.home.inbox)
        if intake.inbox_s3:
            try:
                dropped += look_in_bucket(intake.inbox_s3, adapters.remote_sources)
            except UsageError as error:
                context.log.warning("bucket not looked at: %s", error)
        # What is ripe and not opened now is as ripe at the next tick.
        deadline = time.monotonic() + TICK_BUDGET_S
        for item in memory.ripe(dropped)[:MAX_PER_TICK]:
            if item.is_link:
                context.log.warning(
                    "not imported: %s is a link; drop the photos themselves, or import what it"
                    " leads to by `darkroom import`",
                    visible(item.name),
                )
                memory.take(item)
                continue
            open_it = partial(take_in, adapters, item.source, Sender(owner=item.owner))
            try:
                opened = openings.result(item, open_it, deadline=deadline)
            except StillOpening:
                context.log.info("%s: still being read", visible(item.name))
            except UsageError as error:
                context.log.warning("not imported: %s", error)
                memory.refuse(item)
            else:
                context.log.info(
                    "%s: %d batches, %d photos known already",
                    visible(item.name),
                    len(opened.batches),
                    opened.already_known,
                )
                memory.take(item)
        new = unannounced(context.instance, adapters)
        return dg.SensorResult(
            run_requests=[request(batch) for batch in new],
            dynamic_partitions_requests=[batches.build_add_request([batch.key for batch in new])]
            if new
            else [],
            asset_events=[manifest_event(batch) for batch in new],
            cursor=memory.cursor(),
        )

    return sensor


def retry_sensor(adapters: Adapters) -> dg.SensorDefinition:
    """Takes up again what failed for a reason that may pass."""
    runs = adapters.settings.runs

    @dg.sensor(
        name="retry_sensor",
        job_name=PROCESS_BATCH,
        minimum_interval_seconds=_RETRY_INTERVAL_S,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description=(
            "Ends runs whose process is gone. Takes up again batches whose run was killed, found"
            " the store or database away, or had photos that may pass later: after"
            f" {runs.retry_wait_s:g} s, doubled each time, {runs.max_retries} times at most. What"
            " only a person can mend waits for one."
        ),
    )
    def sensor(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        for batch in end_lost_runs(context.instance):
            context.log.warning("%s: its run's process is gone; the run is ended", batch)
        try:
            due = Retries(adapters, context.instance).due(context.cursor, now=time.time())
        except WorldError as error:
            return dg.SkipReason(f"{error}; looked at again in {_RETRY_INTERVAL_S} s")
        for asked in due.requests:
            context.log.info("%s: retry %s", asked.partition_key, asked.tags[RETRY_TAG])
        return dg.SensorResult(run_requests=due.requests, cursor=due.cursor)

    return sensor
