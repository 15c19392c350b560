"""A photo and all that was found out about it, as rows."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, bindparam, func, select, update

from darkroom.ports import RecordedPhoto
from darkroom.results import PhotoResult
from darkroom.rows import CropQuality, Neighbour, Word
from resources.records.models import (
    AnalysisRecord,
    Base,
    BatchRecord,
    CheckRecord,
    CodeRecord,
    DeliveryRecord,
    DetectionRecord,
    DuplicateRecord,
    FailureRecord,
    PhotoRecord,
    ReasonRecord,
    TextRecord,
    UniqueIdCandidateRecord,
)
from resources.records.statements import (
    IN_LIST,
    among,
    among_given,
    batched,
    insert,
    replace,
    table_of,
    upsert,
)

Rows = Iterator[dict[str, Any]]
_BATCHES = table_of(BatchRecord)
_PHOTOS = table_of(PhotoRecord)


def save(connection: Connection, batch: str, results: Sequence[PhotoResult]) -> None:
    """Replace all rows of these photos and count the batch anew, in the caller's transaction.

    Raises `ValueError` for a batch that was never opened.
    """
    # Writers of one batch take turns, so that each counts what the one before has written.
    known = select(_BATCHES.c.batch).where(_BATCHES.c.batch == batch).with_for_update()
    if connection.execute(known).first() is None:
        raise ValueError(f"batch {batch!r} was never opened")
    photo_ids = [result.photo_id for result in results]
    stand = _recorded(connection, batch, photo_ids)
    photos = [_photo(result) | {"batch": batch} for result in results]
    upsert(connection, PhotoRecord, photos, key=("batch", "photo_id"))
    for model, rows_of in _PARTS.items():
        rows = [
            row | {"batch": batch, "photo_id": result.photo_id}
            for result in results
            for row in rows_of(result)
        ]
        if stand:
            replace(connection, model, rows, batch=batch, photo_ids=stand)
        else:
            insert(connection, model, rows)
    _count(connection, batch)


def latest_with(
    connection: Connection, sha256s: Iterable[str], *, outside: str
) -> dict[str, RecordedPhoto]:
    """One photo for each of these, of the batch that was opened last."""
    found: dict[str, RecordedPhoto] = {}
    for some in batched(dict.fromkeys(sha256s), IN_LIST):
        asked = {"sha256s": some, "outside": outside}
        rows = connection.execute(_latest_with(connection.dialect.name), asked)
        found |= {sha256: RecordedPhoto(batch, photo_id) for sha256, batch, photo_id in rows}
    return found


@cache
def _latest_with(dialect: str) -> Select[str, str, str]:
    """Asked of each photo that arrives: to put it together takes longer than to answer it."""
    last_first = (_BATCHES.c.opening.desc(), _PHOTOS.c.photo_id)
    place = func.row_number().over(partition_by=_PHOTOS.c.sha256, order_by=last_first)
    ranked = (
        select(_PHOTOS.c.sha256, _PHOTOS.c.batch, _PHOTOS.c.photo_id, place.label("place"))
        .join_from(_PHOTOS, _BATCHES, _PHOTOS.c.batch == _BATCHES.c.batch)
        .where(
            among_given(dialect, _PHOTOS.c.sha256, "sha256s"),
            _PHOTOS.c.batch != bindparam("outside"),
        )
        .subquery()
    )
    return select(ranked.c.sha256, ranked.c.batch, ranked.c.photo_id).where(ranked.c.place == 1)


_COUNTED = {
    "done": "done",
    "rejected": "rejected",
    "failed": "failed",
    "failure_accepted": "failures_accepted",
}
"""Columns of a batch, by the outcome that they count."""


def _recorded(connection: Connection, batch: str, photo_ids: Sequence[str]) -> Sequence[str]:
    of_photos = (_PHOTOS.c.batch == batch) & among(connection, _PHOTOS.c.photo_id, photo_ids)
    return connection.execute(select(_PHOTOS.c.photo_id).where(of_photos)).scalars().all()


def _count(connection: Connection, batch: str) -> None:
    counted = {
        column: select(func.count())
        .where(_PHOTOS.c.batch == batch, _PHOTOS.c.outcome == outcome)
        .scalar_subquery()
        for outcome, column in _COUNTED.items()
    }
    connection.execute(update(_BATCHES).where(_BATCHES.c.batch == batch).values(counted))


def _photo(result: PhotoResult) -> dict[str, Any]:
    row = {name: getattr(result, name) for name in _SAME_NAME}
    for name in ("sha256", "format", "width", "height", "bytes"):
        row[f"rendition_{name}"] = getattr(result.rendition, name, None)
    return row


_SAME_NAME = sorted(set(_PHOTOS.c.keys()) & set(PhotoResult.model_fields) - {"batch"})


def _checks(result: PhotoResult) -> Rows:
    for name, check in result.checks.items():
        row: dict[str, Any] = {"name": name, "verdict": check.verdict}
        for column, given in (("value", check.value), ("threshold", check.threshold)):
            is_text = isinstance(given, str)
            row[column] = None if is_text else given
            row[f"{column}_text"] = given if is_text else None
        yield row


def _reasons(result: PhotoResult) -> Rows:
    for verdict, reasons in (("reject", result.reasons), ("warn", result.warnings)):
        for position, reason in enumerate(reasons):
            yield {"verdict": verdict, "position": position, "reason": reason}


def _texts(result: PhotoResult) -> Rows:
    if result.text is not None:
        words = [_word(word) for word in result.words]
        yield {"text": result.text, "confidence": result.text_confidence, "words": words}


def _word(word: Word) -> dict[str, Any]:
    # asdict, which copies whatever it meets, is a tenth of the time of the whole photo.
    return {"text": word.text, "confidence": word.confidence, "box": word.box}


def _codes(result: PhotoResult) -> Rows:
    on = _owners(each.codes for each in result.detections)
    for position, code in enumerate(result.codes):
        yield code.model_dump() | {"position": position, "detection": on.get(position)}


def _unique_id_candidates(result: PhotoResult) -> Rows:
    on = _owners(each.unique_id_candidates for each in result.detections)
    for position, found in enumerate(result.unique_id_candidates):
        own = {"position": position, "unique_id": found.id, "detection": on.get(position)}
        yield found.model_dump(exclude={"id"}) | own


def _owners(belongings: Iterable[Sequence[int]]) -> dict[int, int]:
    """Position of what was read, to the position of the object that it stands on."""
    return {one: owner for owner, owned in enumerate(belongings) for one in owned}


def _detections(result: PhotoResult) -> Rows:
    for position, found in enumerate(result.detections):
        row = {"position": position, "label": found.label, "score": found.score, "text": found.text}
        box = dict(zip(("x", "y", "width", "height"), found.box, strict=True))
        quality = {name: getattr(found.quality, name, None) for name in CropQuality.model_fields}
        yield row | box | quality


def _analyses(result: PhotoResult) -> Rows:
    if result.analysis is not None:
        yield result.analysis.model_dump()


def _duplicates(result: PhotoResult) -> Rows:
    if result.duplicate_of is not None:
        blank = dict.fromkeys(Neighbour.model_fields.keys() - {"photo"})
        yield _of(result.duplicate_of) | blank | {"kind": "exact", "position": 0}
    for position, near in enumerate(result.near_duplicates, start=1):
        measured = near.model_dump(exclude={"photo"})
        yield _of(near.photo) | measured | {"kind": "near", "position": position}


def _of(photo: str) -> dict[str, Any]:
    of_batch, _, of_photo_id = photo.partition("/")
    return {"of_batch": of_batch, "of_photo_id": of_photo_id}


def _deliveries(result: PhotoResult) -> Rows:
    if result.delivered_uri is not None:
        yield {"uri": result.delivered_uri}


def _failures(result: PhotoResult) -> Rows:
    for position, failure in enumerate(result.failures):
        yield failure.model_dump() | {"position": position}


_PARTS: dict[type[Base], Callable[[PhotoResult], Rows]] = {
    CheckRecord: _checks,
    ReasonRecord: _reasons,
    TextRecord: _texts,
    CodeRecord: _codes,
    UniqueIdCandidateRecord: _unique_id_candidates,
    DetectionRecord: _detections,
    AnalysisRecord: _analyses,
    DuplicateRecord: _duplicates,
    DeliveryRecord: _deliveries,
    FailureRecord: _failures,
}
