"""The rows of every stage's table: one row per photo of the batch, always.

Lengths are pixels, sizes bytes, times UTC, durations seconds. Boxes are `[x, y, width, height]` and
polygons `[[x, y], …]` in pixels of the upright original.
"""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field
from pydantic.dataclasses import dataclass

from darkroom.outcomes import Failure, Outcome, Reason

STRICT = ConfigDict(extra="forbid")


class Part(BaseModel):
    """A frozen value inside a row.

    What a photo has many of is a dataclass instead, which takes a quarter of the memory.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")


class PhotoPart(Part):
    """Something said of one photo of a batch."""

    photo_id: str
    """Stable and unique inside its batch."""


class Entry(PhotoPart):
    """One entry of a manifest: where a photo comes from."""

    uri: str
    filename: str
    identity: str
    """Says whether two imports mean the same photo: the URI and, for files, size and mtime."""
    extra_json: str = "{}"
    """Further manifest columns, a JSON object of strings."""


class Row(PhotoPart):
    """What every stage says of a photo."""

    outcome: Outcome
    failure: Failure | None = None
    inputs: str
    """Digest of everything the row was made from: inputs, settings, code version."""
    seconds: float = 0.0
    """Work on this photo, in all processes."""


class PhotoRow(Row):
    uri: str
    filename: str
    extra_json: str = "{}"
    attempts: int = 0
    sha256: str | None = None
    bytes: int | None = None
    format: str | None = None
    """As Pillow names it: JPEG, PNG, WEBP … by content, whatever the name says."""
    width: int | None = None
    """Upright: after the EXIF orientation is applied."""
    height: int | None = None
    orientation: int | None = None
    """EXIF orientation 1-8."""
    frames: int | None = None
    taken_at: datetime | None = None
    """EXIF DateTimeOriginal; with its offset converted to UTC when it has one, else as written."""
    camera: str | None = None
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class Check:
    """One measurement held against its threshold."""

    name: str
    value: float | None = None
    value_text: str | None = None
    threshold: float | None = None
    threshold_text: str | None = None
    verdict: str
    """pass, warn, reject, or unknown where an unreadable photo could not be measured."""


class ValidationRow(Row):
    checks: list[Check] = Field(default_factory=list)
    reasons: list[Reason] = Field(default_factory=list)
    """Of the checks that reject; empty for an accepted photo."""
    warnings: list[Reason] = Field(default_factory=list)
    detail: str | None = None
    """For a photo that cannot be read: what the decoder said."""


class TurnedHash(Part):
    """What pHash and dHash would be of the photo so mirrored and turned."""

    transform: str
    phash: str
    dhash: str


class Rings(Part):
    """Gray levels along circles around the middle, see `darkroom.imaging.ring_hashes`."""

    hash: str
    """16 hex digits that turning and mirroring leave as they are."""
    pattern: str
    """Hex digits."""


class HashRow(Row):
    sha256: str | None = None
    phash: str | None = None
    """16 hex digits."""
    dhash: str | None = None
    detail: float | None = None
    """How much there is to see, in gray levels; next to nothing below 2."""
    turned: list[TurnedHash] = Field(default_factory=list)
    rings: list[Rings] = Field(default_factory=list)


class RenditionRow(Row):
    sha256: str | None = None
    format: str | None = None
    width: int | None = None
    height: int | None = None
    bytes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class Word:
    text: str
    confidence: float
    """0 to 1."""
    box: list[float]


class TextRow(Row):
    text: str | None = None
    confidence: float | None = None
    """Mean over words, 0 to 1; None when there is no text."""
    words: list[Word] = Field(default_factory=list)


class Code(Part):
    symbology: str
    text: str
    polygon: list[list[float]]
    look: str = "plain"
    """Which look found it: plain, or the further one of `darkroom/recognition/code_ladder.py`."""


class NamedGroup(Part):
    """What a named group of a pattern matched."""

    name: str
    text: str


class UniqueIdCandidate(Part):
    """A place where a pattern found a unique ID."""

    id: str
    pattern: str
    """Its name or, without one, itself."""
    source: str
    """code or text."""
    symbology: str | None = None
    polygon: list[list[float]] = Field(default_factory=list)
    """Of the code."""
    boxes: list[list[float]] = Field(default_factory=list)
    """Of the words in the text."""
    groups: list[NamedGroup] = Field(default_factory=list)


class CodeRow(Row):
    codes: list[Code] = Field(default_factory=list)
    unique_id: str | None = None
    """What all candidates agree on."""
    unique_id_source: str | None = None
    """code or text: where it was found first."""
    unique_id_candidates: list[UniqueIdCandidate] = Field(default_factory=list)


class CropQuality(Part):
    """How well an object can be seen: `darkroom.imaging.measurements` of its part of the photo."""

    sharpness: float
    brightest: float
    darkest: float
    contrast: float


class Detection(Part):
    label: str
    score: float
    box: list[float]
    quality: CropQuality | None = None
    """None for one too small to be measured."""


class DetectionRow(Row):
    detections: list[Detection] = Field(default_factory=list)


class AnalysisRow(Row):
    """What a vision model answered."""

    schema_name: str | None = None
    """Which shape the answer has."""
    model: str | None = None
    answer_json: str | None = None
    """The answer as checked against its schema: JSON with sorted keys."""
    input_tokens: int = 0
    """Of all requests for this photo, in earlier runs too; 0 for an answer paid for by another."""
    output_tokens: int = 0
    cost_usd: float | None = None
    """An estimate; None when nobody knows the model's prices."""
    requests: int = 0
    """Sent for this photo, those that failed and those of earlier runs included."""
    from_cache: bool = False
    """The answer had been paid for before."""
    left_out: str | None = None
    """Why a photo that could have been asked about was not, such as `budget`."""


class EntityField(Part):
    name: str
    value: str


class EntityItem(Part):
    """Something read from a photo that can be used."""

    position: int
    """Among the items of the answer, from 0."""
    fields: list[EntityField]
    confidence: float | None


class DroppedItem(Part):
    """Something read from a photo, or one field of it, that cannot be used."""

    position: int
    field: str | None
    """None when it is no field that is at fault."""
    reason: str
    """See `darkroom.entities.cleaning.Drop`."""
    said: str
    whole: bool
    """Whether the item was dropped, or its field alone."""


class EntityRow(Row):
    """What a photo says of entities. Which ones these are stands in the records: others join in."""

    schema_name: str | None = None
    items: list[EntityItem] = Field(default_factory=list)
    dropped: list[DroppedItem] = Field(default_factory=list)


class Neighbour(Part):
    """An earlier photo that looks the same."""

    photo: str
    """batch/photo_id."""
    transform: str = "identity"
    """What makes this photo of the earlier one: mirrored first, if at all, then rotated clockwise
    by so many degrees, such as `mirrored rotated 90`."""
    phash_distance: int | None = None
    """Bits of 64; None when the photo was known by its rings alone, as tilted ones are."""
    dhash_distance: int | None = None
    ring_distance: int | None = None
    """Bits of 648; None when it was known by pHash and dHash."""


class DuplicateRow(Row):
    duplicate_of: str | None = None
    """batch/photo_id of the first arrival of the same bytes."""
    near_duplicates: list[Neighbour] = Field(default_factory=list)


class DeliveryRow(Row):
    delivered_uri: str | None = None
    original_uri: str | None = None


class RecordRow(Row):
    """Says that this photo's rows stand in the database."""
