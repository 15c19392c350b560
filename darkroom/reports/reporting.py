"""What a batch's report says: counts, speed, failures by reason, and its pictures."""

import io
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from PIL import Image

from darkroom.errors import ObjectMissing
from darkroom.outcomes import Outcome
from darkroom.ports import Store
from darkroom.reports.contact_sheet import (
    Tile,
    contact_sheet,
    encoded,
    tile_of,
    worth_showing,
)
from darkroom.reports.findings_picture import Marked, findings_picture
from darkroom.reports.markdown import table, visible
from darkroom.reports.marks import Marks
from darkroom.results import PhotoResult, StageFailure
from darkroom.stages.incremental import digest
from darkroom.storage.blobs import blob_name
from darkroom.work.progress import StageProgress

_DRAWN_AS = 2
"""To be raised when a sheet of the same photos is drawn in another way."""
_TILES = 36
"""Seven hundred photos are not looked at here, and Dagster keeps each sheet three times."""
_FINDINGS = 6
_FINDINGS_EDGE_PX = 480
_FINDINGS_MAX_BYTES = 100_000


@dataclass(frozen=True, slots=True)
class BatchCounts:
    """How many photos of a batch came to which end."""

    photos: int
    done: int
    rejected: int
    failed: int
    pending: int
    failures_accepted: int = 0
    """Photos that failed, and whose failures a person accepted."""


def counts_of(results: Sequence[PhotoResult]) -> BatchCounts:
    """Photos by outcome."""
    by_outcome = Counter(result.outcome for result in results)
    return BatchCounts(
        photos=len(results),
        done=by_outcome["done"],
        rejected=by_outcome["rejected"],
        failed=by_outcome["failed"],
        failures_accepted=by_outcome["failure_accepted"],
        pending=by_outcome["pending"],
    )


@dataclass(frozen=True, slots=True)
class StageSpeed:
    """One stage of the latest run."""

    stage: str
    worked_on: int
    seconds: float
    """From its first photo to its last."""
    work_seconds: float | None
    """Sum over its photos of what each one took: what one at a time would have cost. None for a
    stage that does not work on them one by one."""


def speeds(shown: Sequence[StageProgress]) -> list[StageSpeed]:
    """Every stage that worked on something in the run whose progress is `shown`."""
    return [
        StageSpeed(
            stage=progress.stage,
            worked_on=progress.done,
            seconds=progress.seconds,
            work_seconds=progress.work_seconds or None,
        )
        for progress in shown
        if progress.done
    ]


def speed_table(speeds_of_stages: Sequence[StageSpeed]) -> str:
    """Markdown: seconds, rate, and how many times faster than one photo at a time."""
    return table(
        ["stage", "photos", "seconds", "photos/s", "one at a time, s", "speed-up"],
        [
            (
                speed.stage,
                speed.worked_on,
                speed.seconds,
                _ratio(speed.worked_on, speed.seconds),
                speed.work_seconds,
                _ratio(speed.work_seconds, speed.seconds),
            )
            for speed in speeds_of_stages
        ],
    )


def _ratio(part: float | None, whole: float) -> float | None:
    return None if part is None or not whole else part / whole


def reasons_table(results: Sequence[PhotoResult]) -> str:
    """Markdown: rejected and failed photos, counted by reason."""
    reasons = Counter(
        ("rejected", reason)
        for result in results
        if result.outcome == Outcome.REJECTED
        for reason in result.reasons
    )
    reasons.update(
        (result.outcome, f"{failure.stage}: {failure.error_type}")
        for result in results
        for failure in result.failures
    )
    rows = [(outcome, reason, count) for (outcome, reason), count in reasons.most_common()]
    return table(["outcome", "reason", "photos"], rows)


def failure_records(results: Sequence[PhotoResult]) -> list[dict[str, str | int]]:
    """Each failure of each photo, as plain text that shows what it holds; all of them."""
    return [
        {
            "photo": result.photo_id,
            "file": visible(result.filename),
            "stage": failure.stage,
            "error": failure.error_type,
            "message": visible(failure.message),
            "attempts": failure.attempts,
            "may pass later": _hope(result, failure),
        }
        for result in results
        for failure in result.failures
    ]


def _hope(result: PhotoResult, failure: StageFailure) -> str:
    if result.outcome == Outcome.FAILURE_ACCEPTED:
        return visible(f"accepted: {result.accepted_reason}")
    return "yes" if failure.retryable else "no"


def contact_sheet_of(
    results: Sequence[PhotoResult], store: Store, earlier: bytes | None = None
) -> bytes:
    """A JPEG of the batch; failed and rejected photos come before the rest when it is long.

    `earlier` is returned where it shows just that: drawing takes most of a second.
    """
    chosen = worth_showing(results, _TILES)
    not_shown = len(results) - len(chosen)
    shown = [(tile_of(result, None), _kept_rendition(result, store)) for result in chosen]
    comment = digest(_DRAWN_AS, [[tile, name] for tile, name in shown], not_shown).encode()
    if earlier is not None and _comment_of(earlier) == comment:
        return earlier
    return contact_sheet(
        _tiles(chosen, store), max_tiles=_TILES, not_shown=not_shown, comment=comment
    )


def _kept_rendition(result: PhotoResult, store: Store) -> str | None:
    """Its name in the store, if it is there."""
    name = result.rendition and blob_name(result.rendition.sha256)
    return name if name and store.exists(name) else None


def _comment_of(jpeg: bytes) -> bytes | None:
    """None for what is no sheet of ours."""
    try:
        with Image.open(io.BytesIO(jpeg), formats=("JPEG",)) as sheet:
            comment = sheet.info.get("comment")
    except (OSError, SyntaxError, ValueError):
        return None
    return comment if isinstance(comment, bytes) else None


def findings_of(results: Sequence[PhotoResult], store: Store) -> bytes | None:
    """A JPEG of a few photos with what was found on them; None when nothing was on any.

    Those with several kinds of findings come first.
    """
    marked = [(result, marks) for result in results if (marks := Marks.of(result)) is not None]
    marked.sort(key=lambda one: -sum(map(bool, (one[1].objects, one[1].codes, one[1].words))))
    photos = [
        Marked(result.filename, marks, rendition_of(result, store))
        for result, marks in marked[:_FINDINGS]
    ]
    if not photos:
        return None
    return encoded(findings_picture(photos, edge_px=_FINDINGS_EDGE_PX), _FINDINGS_MAX_BYTES)


def _tiles(results: Sequence[PhotoResult], store: Store) -> Iterator[Tile]:
    for result in results:
        yield tile_of(result, rendition_of(result, store))


def rendition_of(result: PhotoResult, store: Store) -> bytes | None:
    """The stored rendition's bytes; None where there is none."""
    if result.rendition is None:
        return None
    try:
        return store.read(blob_name(result.rendition.sha256))
    except ObjectMissing:
        return None
