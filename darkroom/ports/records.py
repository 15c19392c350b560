"""The records database."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from darkroom.acceptances import Acceptance
from darkroom.batches import Batch, BatchSummary
from darkroom.results import PhotoResult
from darkroom.rows import Entry


@dataclass(frozen=True, slots=True)
class RecordedPhoto:
    """A photo that stands in the records."""

    batch: str
    photo_id: str


class KnownPhotos(Protocol):
    """Which photos were recorded before, by their bytes."""

    def latest_with(self, sha256s: Iterable[str], *, outside: str) -> Mapping[str, RecordedPhoto]:
        """For each SHA-256 that has one, a photo with these bytes in the batch opened last.

        `outside` is a batch that does not count. Raises `RecordsUnavailable`.
        """


class Records(Protocol):
    """The records database. Every write is idempotent; raises `RecordsUnavailable` when away."""

    def unseen(self, owner: str, identities: Sequence[str]) -> set[str]:
        """Those that are in no batch of this owner yet."""

    def open_batch(self, batch: Batch, entries: Sequence[Entry], *, force: bool = False) -> bool:
        """Make a batch known together with the identities of its entries, or nothing of it.

        False when the batch is known already, or when another batch of this owner took one of the
        entries in the meantime. `force` takes them over.
        """

    def batch(self, key: str) -> Batch | None:
        """A batch by its key."""

    def batches(self) -> list[BatchSummary]:
        """All batches, in the order in which they were opened."""

    def accept(self, batch: str, acceptances: Sequence[Acceptance]) -> None:
        """Keep who accepted which failures. A later word on the same failure replaces the first."""

    def save(self, batch: str, results: Sequence[PhotoResult]) -> None:
        """Write photos with all their rows, replacing what stood there.

        Each photo's rows are written in one transaction or not at all.
        """
