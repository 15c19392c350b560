"""Records of a batch: which photos have changed since they were written, and writing those."""

from collections.abc import Callable, Sequence

from darkroom.outcomes import Outcome
from darkroom.ports import Records
from darkroom.results import PhotoResult
from darkroom.rows import RecordRow
from darkroom.stages.batch_tables import by_photo
from darkroom.stages.incremental import Earlier, digest, standing
from darkroom.work.progress import Meter

# Raised when the code writes another record of the same result.
RECORDS_VERSION = "records/1"


class RecordPlan:
    """Which results of a batch the database does not hold yet."""

    def __init__(
        self, results: Sequence[PhotoResult], *, previous: Earlier[RecordRow], database: str
    ) -> None:
        """`database` names the database: in another one, nothing stands yet."""
        self._rows = [
            RecordRow(
                photo_id=result.photo_id,
                outcome=Outcome.DONE,
                inputs=digest(RECORDS_VERSION, database, result),
            )
            for result in results
        ]
        self.outstanding = [
            result
            for result, row in zip(results, self._rows, strict=True)
            if standing(previous, row.photo_id, row.inputs) is None
        ]

    def write(
        self,
        batch: str,
        records: Records,
        *,
        photos_per_call: int,
        meter: Meter,
        keep: Callable[[RecordRow], None] = lambda _: None,
    ) -> list[RecordRow]:
        """Write what is outstanding; the table of the stage. `keep` gets each row once it is true.

        Repeating it is harmless. A `RecordsUnavailable` leaves whole photos written or not.
        """
        rows = by_photo(self._rows)
        for start in range(0, len(self.outstanding), photos_per_call):
            part = self.outstanding[start : start + photos_per_call]
            records.save(batch, part)
            for result in part:
                keep(rows[result.photo_id])
                meter.photo(Outcome.DONE)
        return self._rows
