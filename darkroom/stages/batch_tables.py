"""All tables of one batch."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import TypeVar

from darkroom.errors import BatchUnknown
from darkroom.outcomes import Outcome
from darkroom.reports.joining import Stages, join
from darkroom.results import PhotoResult
from darkroom.rows import (
    AnalysisRow,
    CodeRow,
    DeliveryRow,
    DetectionRow,
    DuplicateRow,
    EntityRow,
    Entry,
    HashRow,
    PhotoRow,
    RecordRow,
    RenditionRow,
    Row,
    TextRow,
    ValidationRow,
)
from darkroom.stages.incremental import digest
from darkroom.storage.tables import Tables

MANIFESTS = "manifests"

# Raised when the code makes another result of the same tables.
RESULTS_VERSION = "results/1"

STAGE_ROWS: Mapping[str, type[Row]] = {
    "photos": PhotoRow,
    "validations": ValidationRow,
    "hashes": HashRow,
    "renditions": RenditionRow,
    "texts": TextRow,
    "codes": CodeRow,
    "detections": DetectionRow,
    "analyses": AnalysisRow,
    "entities": EntityRow,
    "duplicates": DuplicateRow,
    "deliveries": DeliveryRow,
    "records": RecordRow,
}
"""Every stage in its order, with the row of its table."""

R = TypeVar("R", bound=Row)


def stages_before(stage: str) -> list[str]:
    """The stages whose tables a stage may read: all that come before it."""
    return list(takewhile(lambda name: name != stage, STAGE_ROWS))


def batch_inputs(tables: Tables, batch: str, stage: str, *more: object) -> str:
    """Digest of what a stage that is made of results is made from, `more` besides.

    Holds the manifest and all earlier tables byte for byte. To be taken before any of them is read:
    another run may replace one meanwhile.
    """
    earlier = [tables.sha256(name, batch) for name in (MANIFESTS, *stages_before(stage))]
    return digest(RESULTS_VERSION, list(PhotoResult.model_fields), earlier, *more)


def by_photo(rows: Iterable[R]) -> dict[str, R]:
    """Rows by their photo_id."""
    return {row.photo_id: row for row in rows}


def previous_rows(tables: Tables, stage: str, batch: str, row: type[R]) -> dict[str, R]:
    """What an earlier run of a stage left, by photo; empty before the first."""
    return by_photo(tables.read(stage, batch, row))


def read_stages(tables: Tables, batch: str, *, leave_out: Iterable[str] = ()) -> Stages:
    """The tables that have been made so far, whose rows are made when they are asked for."""
    wanted = {name: row for name, row in STAGE_ROWS.items() if name not in set(leave_out)}
    return Stages(**{name: tables.by_photo(name, batch, row) for name, row in wanted.items()})  # type: ignore[arg-type]  # each name has its own row


def read_results(tables: Tables, batch: str, *, leave_out: Iterable[str] = ()) -> list[PhotoResult]:
    """One result per photo of the batch; empty for an unknown batch."""
    entries = tables.read(MANIFESTS, batch, Entry)
    return join(batch, entries, read_stages(tables, batch, leave_out=leave_out))


def known_results(
    tables: Tables, batch: str, *, leave_out: Iterable[str] = ()
) -> list[PhotoResult]:
    """The same, at least one. Raises `BatchUnknown`."""
    results = read_results(tables, batch, leave_out=leave_out)
    if not results:
        raise BatchUnknown(batch)
    return results


@dataclass(frozen=True, slots=True)
class Accepted:
    """A photo that passed validation and has a rendition to look at."""

    photo: PhotoRow
    original_sha256: str
    rendition_sha256: str
    scale: float
    """Pixels of the upright original per pixel of the rendition."""


def accepted(
    photos: Sequence[PhotoRow],
    validations: Sequence[Row],
    renditions: Sequence[RenditionRow],
) -> dict[str, Accepted | None]:
    """Every photo in the manifest's order; None for those that later stages skip."""
    verdicts = by_photo(validations)
    images = by_photo(renditions)
    return {
        photo.photo_id: _accepted(photo, verdicts[photo.photo_id], images[photo.photo_id])
        for photo in photos
    }


SKIPPED_INPUTS = digest("skipped")


def _accepted(photo: PhotoRow, validation: Row, rendition: RenditionRow) -> Accepted | None:
    if validation.outcome is not Outcome.DONE or photo.sha256 is None or rendition.sha256 is None:
        return None
    if not photo.width or not rendition.width:
        return None  # without its header a position means nothing
    return Accepted(
        photo=photo,
        original_sha256=photo.sha256,
        rendition_sha256=rendition.sha256,
        scale=photo.width / rendition.width,
    )
