"""Tags of runs: limits per owner and the order of starting rest on them.

The UI shows tags as they are: what people wrote is one visible line in them.
"""

from darkroom.batches import Batch
from darkroom.reports.markdown import visible

OWNER_TAG = "darkroom/owner"
REPORT_TAG = "darkroom/report"
PRIORITY_TAG = "dagster/priority"
PARTITION_TAG = "dagster/partition"
LAUNCHED_TAG = "darkroom/launched"
"""On runs with a process of their own, under `darkroom up`."""


def run_tags(batch: Batch) -> dict[str, str]:
    """Tags of every run of a batch."""
    tags = {OWNER_TAG: visible(batch.owner), PRIORITY_TAG: str(batch.priority)}
    if batch.report:
        tags[REPORT_TAG] = visible(batch.report)
    return tags
