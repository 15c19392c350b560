"""The rows of the ingest step, and what each of them was made from."""

from darkroom.imaging.examination import Examination, ExaminationSettings
from darkroom.imaging.perceptual_hashes import PerceptualHashes
from darkroom.imaging.sniffing import claimed_suffix
from darkroom.outcomes import Outcome, Reason
from darkroom.ports import TOO_LARGE
from darkroom.rows import (
    Entry,
    HashRow,
    PhotoRow,
    RenditionRow,
    Rings,
    Row,
    TurnedHash,
    ValidationRow,
)
from darkroom.stages.incremental import digest
from darkroom.stages.ingest_tables import EXAMINED, IngestedPhoto
from darkroom.stages.ingesting import Ingested

# Raised when the code makes another row of the same photo and settings.
PHOTOS_VERSION = "photos/1"
VALIDATIONS_VERSION = "validations/5"
HASHES_VERSION = "hashes/4"
RENDITIONS_VERSION = "renditions/4"

_OF_HEADER = (
    *("format", "width", "height", "orientation", "frames"),
    *("taken_at", "camera", "latitude", "longitude"),
)
"""What a photo's row says of its header, by the same names."""

NOT_FETCHED = digest("skipped", "not fetched")
NOT_EXAMINED = digest("skipped", "not examined")


def photo_inputs(entry: Entry) -> str:
    """What a photo's bytes depend on."""
    return digest(PHOTOS_VERSION, entry.uri, entry.identity)


def refused_inputs(entry: Entry, max_bytes: int) -> str:
    """What it depends on that a photo is too large to be fetched."""
    return digest(PHOTOS_VERSION, entry.uri, entry.identity, TOO_LARGE, max_bytes)


def examined_inputs(entry: Entry, sha256: str, settings: ExaminationSettings) -> dict[str, str]:
    """What the rows of an examined photo depend on, by stage."""
    # The image that is hashed and measured is the fitted one: its size is an input of both.
    edge = settings.renditions.long_edge_px
    return {
        "validations": digest(
            VALIDATIONS_VERSION, sha256, claimed_suffix(entry.filename), settings.validation, edge
        ),
        "hashes": digest(HASHES_VERSION, sha256, settings.hashes, edge),
        "renditions": digest(RENDITIONS_VERSION, sha256, settings.renditions),
    }


def undecoded_inputs(inputs: dict[str, str]) -> str:
    """What it depends on that a photo has neither hashes nor rendition.

    Limits of size and format decide what is decoded at all, and they are validation settings.
    """
    return digest("skipped", "not decoded", inputs["validations"])


def photo_row(ingested: Ingested, *, max_bytes: int) -> PhotoRow:
    """A photo as it arrived, or why it did not; without what its header says."""
    entry, failure = ingested.entry, ingested.failure
    outcome, inputs = Outcome.DONE, photo_inputs(entry)
    if ingested.sha256 is not None:
        failure = None  # of the work on it
    elif failure is not None and failure.error_type == TOO_LARGE:
        outcome, inputs, failure = Outcome.REJECTED, refused_inputs(entry, max_bytes), None
    else:
        outcome = Outcome.FAILED
    return PhotoRow(
        photo_id=entry.photo_id,
        outcome=outcome,
        failure=failure,
        inputs=inputs,
        seconds=ingested.fetch_seconds,
        uri=entry.uri,
        filename=entry.filename,
        extra_json=entry.extra_json,
        attempts=ingested.attempts,
        sha256=ingested.sha256,
        bytes=ingested.bytes,
    )


def with_header(photo: PhotoRow, examination: Examination) -> PhotoRow:
    """The photo with what its header says, as far as there is one."""
    header = examination.header
    if header is None:
        return photo
    return photo.model_copy(update={name: getattr(header, name) for name in _OF_HEADER})


def with_header_of(photo: PhotoRow, other: PhotoRow) -> PhotoRow:
    """The photo with what the header of another with the same bytes says."""
    return photo.model_copy(update={name: getattr(other, name) for name in _OF_HEADER})


def known_holds(inputs: dict[str, str], known: IngestedPhoto) -> bool:
    """Whether what was said of the same bytes was made from `inputs` and left nothing open."""
    rows: dict[str, Row] = {stage: getattr(known, stage) for stage in EXAMINED}
    of_these = all(
        row.inputs in {inputs[stage], undecoded_inputs(inputs)} for stage, row in rows.items()
    )
    return of_these and (
        known.photos.format is not None or known.validations.outcome is Outcome.REJECTED
    )


def known_rows(entry: Entry, known: IngestedPhoto) -> dict[str, Row]:
    """The rows of a photo on which no work was done, by stage."""
    of_this = {"photo_id": entry.photo_id, "seconds": 0.0}
    return {stage: getattr(known, stage).model_copy(update=of_this) for stage in EXAMINED}


def too_large_row(entry: Entry, max_bytes: int) -> ValidationRow:
    """The verdict on a photo that was not fetched because of its size."""
    return ValidationRow(
        photo_id=entry.photo_id,
        outcome=Outcome.REJECTED,
        inputs=digest(VALIDATIONS_VERSION, TOO_LARGE, max_bytes),
        reasons=[Reason.BYTES],
        detail=f"not fetched: more than the {max_bytes} bytes of downloads.max_bytes",
    )


def examined_rows(
    entry: Entry, examination: Examination, inputs: dict[str, str], *, seconds: float
) -> dict[str, Row]:
    """The rows of an examined photo, by stage. All its work is counted with its validation."""
    photo_id, rendition = entry.photo_id, examination.rendition
    readable = examination.readable
    outcome = Outcome.DONE if readable else Outcome.SKIPPED
    validation = ValidationRow(
        photo_id=photo_id,
        outcome=Outcome.REJECTED if examination.reasons else Outcome.DONE,
        inputs=inputs["validations"],
        seconds=seconds,
        checks=examination.checks,
        reasons=examination.reasons,
        warnings=examination.warnings,
        detail=examination.detail,
    )
    hashes = HashRow(
        photo_id=photo_id,
        outcome=outcome,
        inputs=inputs["hashes"] if readable else undecoded_inputs(inputs),
        sha256=examination.sha256,
    )
    if examination.hashes is not None:
        hashes = hashes.model_copy(update=_hash_columns(examination.hashes))
    standard = RenditionRow(
        photo_id=photo_id,
        outcome=outcome,
        inputs=inputs["renditions"] if readable else undecoded_inputs(inputs),
    )
    if rendition is not None:
        standard = standard.model_copy(
            update={
                "sha256": rendition.sha256,
                "format": rendition.format,
                "width": rendition.width,
                "height": rendition.height,
                "bytes": rendition.bytes,
            }
        )
    return {"validations": validation, "hashes": hashes, "renditions": standard}


def _hash_columns(hashes: PerceptualHashes) -> dict[str, object]:
    return {
        "phash": hashes.phash,
        "dhash": hashes.dhash,
        "detail": hashes.detail,
        "turned": [
            TurnedHash(transform=str(each.transform), phash=each.phash, dhash=each.dhash)
            for each in hashes.turned
        ],
        "rings": [
            Rings(hash=f"{each.hash:016x}", pattern=each.pattern.hex()) for each in hashes.rings
        ],
    }
