"""A batch: photos that arrived together, and one partition of every asset."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

BATCH_KEY = re.compile(r"[a-z0-9][a-z0-9._-]{0,99}")


class Batch(BaseModel):
    """What is known of a batch before any of its photos is touched."""

    model_config = ConfigDict(frozen=True)

    key: str
    """Matches BATCH_KEY: it becomes a partition key and part of paths."""
    owner: str
    report: str | None = None
    priority: int = 0
    """Higher starts first."""
    source: str
    """Where it came from, as the person named it."""
    photos: int
    opened_at: datetime
    """UTC."""


@dataclass(frozen=True, slots=True)
class BatchSummary:
    """A batch as the records database counts it."""

    batch: Batch
    done: int
    rejected: int
    failed: int
    failures_accepted: int = 0
    """Failed for good, as a person said."""

    @property
    def ended(self) -> int:
        """Photos whose records stand."""
        return self.done + self.rejected + self.failed + self.failures_accepted

    @property
    def unfinished(self) -> bool:
        """Whether some of its photos never came to their records."""
        return self.ended < self.batch.photos


class BatchState(StrEnum):
    """Where a batch stands, by its gate."""

    WAITING = "waiting"
    """Known, and no run has begun."""
    RUNNING = "running"
    COMPLETE = "complete"
    FAILED = "failed"
    """A photo failed, or a step did."""


def is_batch_key(text: str) -> bool:
    """Whether `text` may become a partition key."""
    return BATCH_KEY.fullmatch(text) is not None
