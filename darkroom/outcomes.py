"""What can be said of one photo in one stage, and why."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class Outcome(StrEnum):
    """What became of a photo in a stage."""

    DONE = "done"
    REJECTED = "rejected"
    """A verdict about the photo itself: final, never retried."""
    FAILED = "failed"
    """We could not tell: a time-out, a 503, an engine that crashed."""
    FAILURE_ACCEPTED = "failure_accepted"
    """Failed, and a person has said that it may stay so: final while its inputs are the same."""
    SKIPPED = "skipped"
    """Rejected or failed in an earlier stage, or this stage is off."""


class Reason(StrEnum):
    """Why a photo is rejected or warned about. A new member is a decision."""

    EMPTY = "empty"
    NOT_AN_IMAGE = "not_an_image"
    TRUNCATED = "truncated"
    DAMAGED = "damaged"
    UNSUPPORTED = "unsupported"
    FORMAT = "format"
    EXTENSION = "extension"
    BYTES = "bytes"
    WIDTH = "width"
    HEIGHT = "height"
    MEGAPIXELS = "megapixels"
    ASPECT_RATIO = "aspect_ratio"
    ANIMATED = "animated"
    BLURRY = "blurry"
    DARK = "dark"
    BRIGHT = "bright"
    LOW_CONTRAST = "low_contrast"
    LOW_INFORMATION = "low_information"
    GRAYSCALE = "grayscale"


class Failure(BaseModel):
    """Why a photo has no verdict yet, and whether trying again may help."""

    model_config = ConfigDict(frozen=True)

    error_type: str
    message: str
    attempts: int = 1
    retryable: bool
    accepted_reason: str | None = None
    """What the person wrote who accepted it."""
