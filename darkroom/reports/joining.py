"""One result per photo, joined from the tables of all stages."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import TypeVar

from darkroom.outcomes import Outcome
from darkroom.reports.object_findings import with_what_was_read
from darkroom.results import AnalysisResult, PhotoResult, RenditionResult, StageFailure, Verdict
from darkroom.rows import (
    AnalysisRow,
    Check,
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

PENDING = "pending"
"""The outcome of a photo whose batch is still on its way."""

R = TypeVar("R", bound=Row)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stages:
    """The rows of a batch by photo_id, one mapping per stage, in the order of the stages.

    None, or an empty mapping, is a stage that has not been made yet.
    """

    photos: Mapping[str, PhotoRow] | None = None
    validations: Mapping[str, ValidationRow] | None = None
    hashes: Mapping[str, HashRow] | None = None
    renditions: Mapping[str, RenditionRow] | None = None
    texts: Mapping[str, TextRow] | None = None
    codes: Mapping[str, CodeRow] | None = None
    detections: Mapping[str, DetectionRow] | None = None
    analyses: Mapping[str, AnalysisRow] | None = None
    entities: Mapping[str, EntityRow] | None = None
    duplicates: Mapping[str, DuplicateRow] | None = None
    deliveries: Mapping[str, DeliveryRow] | None = None
    records: Mapping[str, RecordRow] | None = None

    def made(self) -> dict[str, Mapping[str, Row]]:
        """The stages that have been made, by name."""
        return {field.name: rows for field in fields(self) if (rows := getattr(self, field.name))}


def join(batch: str, entries: Sequence[Entry], stages: Stages) -> list[PhotoResult]:
    """One result per entry, in the order of the entries, whatever the stages know of it.

    A photo is failed when any stage failed for it, and failure_accepted when a person accepted all
    of its failures; else rejected when any stage rejected it; else done when it has a row in every
    stage that has been made and its delivery is among them; else pending. A stage that failed for a
    photo says so in `failures`, in the order of the stages.
    """
    made = stages.made()
    return [_result(batch, entry, stages, made) for entry in entries]


def _result(
    batch: str, entry: Entry, stages: Stages, made: Mapping[str, Mapping[str, Row]]
) -> PhotoResult:
    rows = {stage: row for stage, table in made.items() if (row := table.get(entry.photo_id))}
    photo = (stages.photos or {}).get(entry.photo_id) or PhotoRow(
        photo_id=entry.photo_id,
        outcome=Outcome.SKIPPED,
        inputs="",
        uri=entry.uri,
        filename=entry.filename,
    )
    validation = _row(stages.validations, entry, ValidationRow)
    hashes = _row(stages.hashes, entry, HashRow)
    text = _row(stages.texts, entry, TextRow)
    codes = _row(stages.codes, entry, CodeRow)
    duplicates = _row(stages.duplicates, entry, DuplicateRow)
    return PhotoResult(
        batch=batch,
        photo_id=entry.photo_id,
        filename=entry.filename,
        uri=entry.uri,
        outcome=_outcome(rows, made),
        sha256=photo.sha256,
        bytes=photo.bytes,
        format=photo.format,
        width=photo.width,
        height=photo.height,
        orientation=photo.orientation,
        taken_at=photo.taken_at,
        camera=photo.camera,
        latitude=photo.latitude,
        longitude=photo.longitude,
        checks={check.name: _verdict(check) for check in validation.checks},
        reasons=[str(reason) for reason in validation.reasons],
        warnings=[str(warning) for warning in validation.warnings],
        detail=validation.detail,
        phash=hashes.phash,
        dhash=hashes.dhash,
        duplicate_of=duplicates.duplicate_of,
        near_duplicates=duplicates.near_duplicates,
        rendition=_rendition(_row(stages.renditions, entry, RenditionRow)),
        text=text.text,
        text_confidence=text.confidence,
        words=text.words,
        codes=codes.codes,
        unique_id=codes.unique_id,
        unique_id_source=codes.unique_id_source,
        unique_id_candidates=codes.unique_id_candidates,
        detections=with_what_was_read(
            _row(stages.detections, entry, DetectionRow).detections,
            text.words,
            codes.codes,
            codes.unique_id_candidates,
        ),
        analysis=_analysis(_row(stages.analyses, entry, AnalysisRow)),
        delivered_uri=_row(stages.deliveries, entry, DeliveryRow).delivered_uri,
        failures=[
            StageFailure.of(stage, row.failure)
            for stage, row in rows.items()
            if row.failure is not None
        ],
        accepted_reason=_accepted_reason(rows),
        extra=json.loads(entry.extra_json),
    )


def _row(table: Mapping[str, R] | None, entry: Entry, kind: type[R]) -> R:
    """The entry's row, or a blank one where the stage has none."""
    found = (table or {}).get(entry.photo_id)
    return found or kind(photo_id=entry.photo_id, outcome=Outcome.SKIPPED, inputs="")


def _outcome(rows: Mapping[str, Row], made: Mapping[str, Mapping[str, Row]]) -> str:
    outcomes = {row.outcome for row in rows.values()}
    if Outcome.FAILED in outcomes:
        return Outcome.FAILED
    if Outcome.FAILURE_ACCEPTED in outcomes:
        return Outcome.FAILURE_ACCEPTED
    if Outcome.REJECTED in outcomes:
        return Outcome.REJECTED
    if "deliveries" in rows and rows.keys() == made.keys():
        return Outcome.DONE
    return PENDING


def _accepted_reason(rows: Mapping[str, Row]) -> str | None:
    reasons = (row.failure.accepted_reason for row in rows.values() if row.failure is not None)
    return next(filter(None, reasons), None)


def _verdict(check: Check) -> Verdict:
    return Verdict(
        value=check.value_text if check.value is None else check.value,
        threshold=check.threshold_text if check.threshold is None else check.threshold,
        verdict=check.verdict,
    )


def _rendition(row: RenditionRow) -> RenditionResult | None:
    if None in (row.sha256, row.format, row.width, row.height, row.bytes):
        return None
    return RenditionResult.model_validate(
        row.model_dump(include={"sha256", "format", "width", "height", "bytes"})
    )


def _analysis(row: AnalysisRow) -> AnalysisResult | None:
    """None for a photo that was not to be asked about."""
    if row.schema_name is None or row.model is None:
        return None
    return AnalysisResult(
        schema_name=row.schema_name,
        model=row.model,
        answer=None if row.answer_json is None else json.loads(row.answer_json),
        left_out=row.left_out,
        requests=row.requests,
        input_tokens=row.input_tokens,
        output_tokens=row.output_tokens,
        cost_usd=row.cost_usd,
        from_cache=row.from_cache,
    )
