"""Records of a batch: which photos have changed since they were written, and writing those."""

from collections.abc import Callable, Sequence
from typing import Self

from darkroom.outcomes import Outcome
from darkroom.ports import Records
from darkroom.results import PhotoResult
from darkroom.rows import RecordRow
from darkroom.stages.batch_tables import batch_inputs, by_photo, known_results
from darkroom.stages.incremental import Earlier, digest, earlier, standing, stands_whole
from darkroom.storage.tables import Tables
from darkroom.work.progress import Meter

# Raised when the code writes another record of the same result.
RECORDS_VERSION = "records/1"


class RecordPlan:
    """Which results of a batch the database does not hold yet."""

    def __init__(
        self,
        results: Sequence[PhotoResult],
        *,
        previous: Earlier[RecordRow],
        database: str,
        batch_inputs: str | None = None,
    ) -> None:
        """`database` names the database: in another one, nothing stands yet."""
        self._rows = [
            RecordRow(
                photo_id=result.photo_id,
                outcome=Outcome.DONE,
                inputs=digest(RECORDS_VERSION, database, result),
                batch_inputs=batch_inputs,
            )
            for result in results
        ]
        self.outstanding = [
            result
            for result, row in zip(results, self._rows, strict=True)
            if standing(previous, row.photo_id, row.inputs) is None
        ]

    @classmethod
    def of_standing(cls, table: Sequence[RecordRow]) -> Self:
        """Nothing has changed since `table` was written."""
        plan = cls([], previous={}, database="")
        plan._rows = list(table)
        return plan

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


def record_plan(
    tables: Tables, batch: str, *, found: Sequence[RecordRow], database: str
) -> RecordPlan:
    """What of a batch is to be written; `found` are rows of a step that was cut short.

    While everything that the table was made from is the same, no photo is looked at. Raises
    `BatchUnknown`.
    """
    inputs = batch_inputs(tables, batch, "records", RECORDS_VERSION, database)
    table = tables.read("records", batch, RecordRow)
    if stands_whole(table, inputs):
        return RecordPlan.of_standing(table)
    return RecordPlan(
        known_results(tables, batch, leave_out=["records"]),
        previous=earlier(found, table),
        database=database,
        batch_inputs=inputs,
    )
