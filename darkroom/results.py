"""Everything known of one photo, as people and programs read it. The field names are a contract."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field

from darkroom.outcomes import Failure
from darkroom.rows import Code, Detection, Neighbour, UniqueIdCandidate, Word


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One check, as results show it. Made from a row, which was validated: fifteen a photo."""

    value: float | str | None
    threshold: float | str | None
    verdict: str


class RenditionResult(BaseModel):
    model_config = ConfigDict(frozen=True)

    sha256: str
    format: str
    width: int
    height: int
    bytes: int


class AnalysisResult(BaseModel):
    """What a vision model answered about a photo, and what that took."""

    model_config = ConfigDict(frozen=True)

    schema_name: str
    model: str
    answer: Any
    """A JSON object of that schema; None when there is no answer."""
    left_out: str | None
    """Why the photo was not asked about, such as `budget`."""
    requests: int
    input_tokens: int
    output_tokens: int
    cost_usd: float | None
    """An estimate; None when nobody knows the model's prices."""
    from_cache: bool


class StageFailure(BaseModel):
    """A failure and the stage it happened in."""

    model_config = ConfigDict(frozen=True)

    stage: str
    error_type: str
    message: str
    attempts: int
    retryable: bool

    @classmethod
    def of(cls, stage: str, failure: Failure) -> Self:
        return cls(stage=stage, **failure.model_dump(exclude={"accepted_reason"}))


class FoundObject(Detection):
    """An object and what was read on it: where at least half of a word or code lies in its box."""

    text: str | None = None
    """Its words, in the order of reading."""
    words: list[int] = Field(default_factory=list)
    """Positions in the photo's `words`."""
    codes: list[int] = Field(default_factory=list)
    """Positions in the photo's `codes`."""
    unique_id_candidates: list[int] = Field(default_factory=list)
    """Positions in the photo's `unique_id_candidates`."""


class PhotoResult(BaseModel):
    """One photo across all stages."""

    model_config = ConfigDict(frozen=True)

    batch: str
    photo_id: str
    filename: str
    uri: str
    outcome: str
    """done, rejected, failed or failure_accepted; pending while its batch is still on its way."""
    sha256: str | None = None
    bytes: int | None = None
    format: str | None = None
    width: int | None = None
    height: int | None = None
    orientation: int | None = None
    taken_at: datetime | None = None
    camera: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    checks: dict[str, Verdict] = {}
    reasons: list[str] = []
    warnings: list[str] = []
    detail: str | None = None
    phash: str | None = None
    dhash: str | None = None
    duplicate_of: str | None = None
    near_duplicates: list[Neighbour] = []
    rendition: RenditionResult | None = None
    text: str | None = None
    text_confidence: float | None = None
    words: list[Word] = []
    codes: list[Code] = []
    unique_id: str | None = None
    unique_id_source: str | None = None
    unique_id_candidates: list[UniqueIdCandidate] = []
    detections: list[FoundObject] = []
    analysis: AnalysisResult | None = None
    delivered_uri: str | None = None
    failures: list[StageFailure] = []
    accepted_reason: str | None = None
    """Why a person accepted that it failed."""
    extra: dict[str, str] = {}
