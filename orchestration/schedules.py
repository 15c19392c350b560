"""Runs asked for by the clock."""

import time
from functools import partial

import dagster as dg

from darkroom.errors import UsageError
from darkroom.uris import shown
from orchestration.announcing import announce, never_run, request, unannounced
from orchestration.intake import Sender, opened_before, take_in
from orchestration.jobs import MAINTENANCE, PROCESS_BATCH
from orchestration.slow_sources import TICK_BUDGET_S, Openings, StillOpening
from orchestration.wiring import Adapters


def feed_schedule(adapters: Adapters) -> dg.ScheduleDefinition:
    """Polls manifests and makes batches of entries that were not there before."""
    intake = adapters.settings.intake
    openings = Openings()

    @dg.schedule(
        name="feed_schedule",
        job_name=PROCESS_BATCH,
        cron_schedule=intake.feed_cron,
        default_status=dg.DefaultScheduleStatus.RUNNING
        if intake.feeds
        else dg.DefaultScheduleStatus.STOPPED,
        description=(
            "Polls the manifests named by `intake.feeds` and makes a batch of the entries that were"
            " not there before."
        ),
    )
    def schedule(
        context: dg.ScheduleEvaluationContext,
    ) -> list[dg.RunRequest] | dg.SkipReason:
        deadline = time.monotonic() + TICK_BUDGET_S
        for feed in intake.feeds:
            open_it = partial(take_in, adapters, feed, Sender(owner=intake.feed_owner))
            try:
                opened = openings.result(feed, open_it, deadline=deadline)
            except StillOpening:
                # What comes of it is announced by the inbox sensor, as any batch is.
                context.log.info("%s: still being read", shown(feed))
            except UsageError as error:
                context.log.warning("feed not read: %s", error)
            else:
                new_photos = sum(each.photos for each in opened.batches)
                context.log.info("%s: %d new photos", shown(feed), new_photos)
        # Of a tick that was cut off before its runs were asked for, as well.
        unfinished = [
            summary.batch
            for feed in intake.feeds
            for summary in opened_before(adapters, feed, intake.feed_owner)
            if summary.unfinished
        ]
        without_run = never_run(context.instance, unfinished)
        new = unannounced(context.instance, adapters)
        to_run = {batch.key: batch for batch in [*without_run, *new]}
        if not to_run:
            return dg.SkipReason("nothing new in the feeds" if intake.feeds else "no feeds are set")
        announce(context.instance, new)
        return [request(batch) for batch in to_run.values()]

    return schedule


def maintenance_schedule(adapters: Adapters) -> dg.ScheduleDefinition:
    """Removes what nobody needs any more."""
    return dg.ScheduleDefinition(
        name="maintenance_schedule",
        job_name=MAINTENANCE,
        cron_schedule=adapters.settings.maintenance.cron,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description=(
            "Removes blobs that no batch names, leftovers of killed processes, and logs of old"
            " runs: what `darkroom prune --dry-run` lists."
        ),
    )
