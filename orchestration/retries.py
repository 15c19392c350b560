"""Which failed runs are to be taken up again, and when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

import dagster as dg
from dagster._core.storage.dagster_run import NOT_FINISHED_STATUSES, RunRecord
from dagster._core.storage.tags import PARENT_RUN_ID_TAG

from darkroom.settings import RunSettings
from orchestration.announcing import MAX_PER_TICK
from orchestration.failed_runs import may_end_better
from orchestration.jobs import PROCESS_BATCH
from orchestration.tags import PARTITION_TAG, run_tags
from orchestration.wiring import Adapters

RETRY_TAG = "darkroom/retry"
"""`2 of 3`: the second run that was asked for after a failure."""
RETRY_OF_TAG = "darkroom/retry_of"

_LOOKED_AT_PER_TICK = 500
_OVERLAP = timedelta(seconds=1)
"""Times of runs are as coarse as this in some databases; looking at a run twice is harmless."""


@dataclass(frozen=True, slots=True)
class Due:
    """What one look found: runs to ask for now, and where the next look begins."""

    requests: list[dg.RunRequest]
    cursor: str | None


@dataclass(frozen=True, slots=True)
class Retries:
    """Failed runs, oldest first, each asked for again once when its time has come.

    A run's tags say which attempt it is, so nothing has to be remembered but how far back there is
    still one that waits.
    """

    adapters: Adapters
    instance: dg.DagsterInstance

    def due(self, cursor: str | None, *, now: float) -> Due:
        """What is to be asked for at `now`, in seconds of the epoch. Raises `WorldError`."""
        requests: list[dg.RunRequest] = []
        since = datetime.fromisoformat(cursor) if cursor else None
        waiting: datetime | None = None
        for record in self._failed(since):
            if len(requests) == MAX_PER_TICK or not self._is_due(record, now):
                waiting = waiting or record.update_timestamp
                continue
            request = self._request(record)
            if request is not None:
                requests.append(request)
            since = record.update_timestamp
        begin = waiting or since
        return Due(requests, begin.isoformat() if begin else None)

    def _failed(self, since: datetime | None) -> list[RunRecord]:
        filters = dg.RunsFilter(
            job_name=PROCESS_BATCH,
            statuses=[dg.DagsterRunStatus.FAILURE],
            updated_after=since - _OVERLAP if since else None,
        )
        found = self.instance.get_run_records(
            filters, limit=_LOOKED_AT_PER_TICK, order_by="update_timestamp", ascending=True
        )
        return list(found)

    def _is_due(self, record: RunRecord, now: float) -> bool:
        """Also when nothing is to be asked for: then it need not be looked at again."""
        runs = self.adapters.settings.runs
        attempt = attempt_of(record.dagster_run.tags)
        if attempt >= runs.max_retries:
            return True
        ended = record.end_time or record.update_timestamp.timestamp()
        return now >= ended + wait_s(runs, attempt)

    def _request(self, record: RunRecord) -> dg.RunRequest | None:
        run = record.dagster_run
        key = run.tags.get(PARTITION_TAG)
        attempt = attempt_of(run.tags)
        most = self.adapters.settings.runs.max_retries
        if key is None or attempt >= most or not self._is_last_word(run, key):
            return None
        batch = self.adapters.records.batch(key)
        if batch is None or not may_end_better(self.instance, self.adapters.tables, run, key):
            return None
        return dg.RunRequest(
            # Once for each failed run, whatever becomes of the cursor.
            run_key=f"retry of {run.run_id}",
            partition_key=key,
            tags={
                **run_tags(batch),
                RETRY_TAG: f"{attempt + 1} of {most}",
                RETRY_OF_TAG: run.run_id,
            },
        )

    def _is_last_word(self, run: dg.DagsterRun, key: str) -> bool:
        """Whether nobody has taken the batch up since, or is at work on it."""
        of_batch = {PARTITION_TAG: key}
        [latest] = islice(self.instance.get_runs(dg.RunsFilter(tags=of_batch), limit=1), 1)
        if latest.run_id != run.run_id:
            return False
        unfinished = dg.RunsFilter(tags=of_batch, statuses=NOT_FINISHED_STATUSES)
        return not self.instance.get_runs(unfinished, limit=1)


def attempt_of(tags: Mapping[str, str]) -> int:
    """Which retry a run is; 0 for one that was not asked for here.

    Also for one that a person re-executed in the UI, which copies the tags of the run before.
    """
    if PARENT_RUN_ID_TAG in tags:
        return 0
    number = tags.get(RETRY_TAG, "").partition(" ")[0]
    return int(number) if number.isdecimal() else 0


def wait_s(runs: RunSettings, attempt: int) -> float:
    """Seconds between the end of a failed run and the next: doubled each time, up to a bound."""
    return min(runs.retry_wait_s * 2.0**attempt, runs.max_retry_wait_s)
