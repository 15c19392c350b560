"""Failures that a person ends as accepted: which they are, and their rows afterwards.

An accepted row stands like any other that is final: until its inputs change.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from darkroom.acceptances import Acceptance
from darkroom.errors import UsageError
from darkroom.outcomes import Failure, Outcome
from darkroom.rows import Row
from darkroom.stages.batch_tables import STAGE_ROWS, read_results
from darkroom.storage.tables import Tables


def acceptances(
    tables: Tables,
    batch: str,
    photo_ids: Sequence[str],
    *,
    reason: str,
    accepted_by: str,
    now: datetime,
) -> list[Acceptance]:
    """Every failure of these photos that nobody has accepted yet; of all photos when none is named.

    Raises `UsageError` for a photo that is not in the batch or has not failed.
    """
    outcomes = {result.photo_id: result.outcome for result in read_results(tables, batch)}
    for photo_id in photo_ids:
        if photo_id not in outcomes:
            raise UsageError(
                f"batch {batch} has no photo {photo_id}: see `darkroom results {batch}`"
            )
        if outcomes[photo_id] not in (Outcome.FAILED, Outcome.FAILURE_ACCEPTED):
            raise UsageError(
                f"photo {photo_id} of {batch} is {outcomes[photo_id]}: only failures are accepted"
            )
    wanted = set(photo_ids) or set(outcomes)
    return [
        Acceptance(
            photo_id=row.photo_id,
            stage=stage,
            error_type=failure.error_type,
            reason=reason,
            accepted_by=accepted_by,
            accepted_at=now,
        )
        for stage, row, failure in _failures(tables, batch)
        if row.photo_id in wanted
    ]


def write_accepted(tables: Tables, batch: str, accepted: Iterable[Acceptance]) -> None:
    """Mark the rows. Repeating it changes nothing."""
    reasons: dict[str, dict[str, str]] = {}
    for each in accepted:
        reasons.setdefault(each.stage, {})[each.photo_id] = each.reason
    for stage, of_photos in reasons.items():
        rows = tables.read(stage, batch, STAGE_ROWS[stage])
        tables.write(stage, batch, [_accepted(row, of_photos) for row in rows])


def _failures(tables: Tables, batch: str) -> Iterator[tuple[str, Row, Failure]]:
    for stage, kind in STAGE_ROWS.items():
        for row in tables.read(stage, batch, kind):
            if row.outcome is Outcome.FAILED and row.failure is not None:
                yield stage, row, row.failure


def _accepted(row: Row, reasons: Mapping[str, str]) -> Row:
    if row.outcome is not Outcome.FAILED or row.failure is None or row.photo_id not in reasons:
        return row
    failure = row.failure.model_copy(update={"accepted_reason": reasons[row.photo_id]})
    return row.model_copy(update={"outcome": Outcome.FAILURE_ACCEPTED, "failure": failure})
