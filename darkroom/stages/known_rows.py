"""Rows of photos whose bytes were worked on before: in another batch, of any owner.

What a stage says of a photo follows from its bytes and the settings, and `inputs` holds both. So a
row of another photo with the same inputs is this one's row too, and costs a look instead of work.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from darkroom.errors import TableUnreadable, WorldError
from darkroom.outcomes import Outcome
from darkroom.ports import KnownPhotos, RecordedPhoto
from darkroom.rows import Row
from darkroom.stages.ingest_tables import EXAMINED, IngestedPhoto
from darkroom.storage.tables import Tables

R = TypeVar("R", bound=Row)
_FINAL = {Outcome.DONE, Outcome.REJECTED, Outcome.SKIPPED}
_BATCHES_KEPT = 8


@dataclass(frozen=True, slots=True)
class Sought:
    """A photo that has to be worked on, unless its bytes are known."""

    photo_id: str
    sha256: str
    inputs: str


class KnownRows:
    """Looks up what earlier batches say of the same bytes.

    Only ever spares work: when records or tables cannot be had, nothing is known, and `log` says
    why. Not for several threads at once.
    """

    def __init__(
        self, photos: KnownPhotos, tables: Tables, batch: str, *, log: Callable[[str], None]
    ) -> None:
        self._photos = photos
        self._tables = tables
        self._batch = batch
        self._log = log
        self._read: dict[tuple[str, str], dict[str, Row]] = {}

    def of_stage(self, stage: str, row: type[R], sought: Iterable[Sought]) -> list[R]:
        """The rows that stand for these photos, under their own ids; not all have one."""
        wanted = list(sought)
        known = self._recorded(photo.sha256 for photo in wanted)
        found: list[R] = []
        # Batch by batch: each table is read once, however many there are.
        of_known = [(known[photo.sha256], photo) for photo in wanted if photo.sha256 in known]
        for other, photo in sorted(of_known, key=lambda pair: pair[0].batch):
            earlier = self._rows(stage, row, other.batch).get(other.photo_id)
            if earlier and earlier.inputs == photo.inputs and earlier.outcome in _FINAL:
                found.append(_as(photo.photo_id, earlier))
        return found

    def ingested(self, sha256s: Iterable[str]) -> dict[str, IngestedPhoto]:
        """What an earlier ingest said of these bytes, whatever its settings were."""
        found: dict[str, IngestedPhoto] = {}
        by_batch = sorted(self._recorded(sha256s).items(), key=lambda pair: pair[1].batch)
        for sha256, other in by_batch:
            rows = {
                stage: self._rows(stage, row, other.batch).get(other.photo_id)
                for stage, row in IngestedPhoto.stages().items()
            }
            if all(row is not None and row.outcome in _FINAL for row in rows.values()):
                found[sha256] = IngestedPhoto.model_validate({"photo_id": other.photo_id, **rows})
        return found

    def _recorded(self, sha256s: Iterable[str]) -> Mapping[str, RecordedPhoto]:
        wanted = list(sha256s)
        try:
            return self._photos.latest_with(wanted, outside=self._batch) if wanted else {}
        except WorldError as error:
            self._log(f"{error}. Photos that are known are worked on again.")
            return {}

    def _rows(self, stage: str, row: type[R], batch: str) -> dict[str, R]:
        """A table by photo. Few are kept: bytes that are known often come from one batch."""
        if (stage, batch) not in self._read:
            while len(self._read) >= _BATCHES_KEPT * (1 + len(EXAMINED)):
                self._read.pop(next(iter(self._read)))
            try:
                rows = self._tables.read(stage, batch, row)
            except (WorldError, TableUnreadable) as error:
                self._log(f"{error}. Its photos are worked on again.")
                rows = []
            self._read[stage, batch] = {each.photo_id: each for each in rows}
        return self._read[stage, batch]  # type: ignore[return-value]  # each stage has its own row


def _as(photo_id: str, row: R) -> R:
    """The same said of another photo, on which no work was done."""
    return row.model_copy(update={"photo_id": photo_id, "seconds": 0.0})
