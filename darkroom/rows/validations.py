"""Whether a photo is acceptable."""

from pydantic import Field
from pydantic.dataclasses import dataclass

from darkroom.outcomes import Reason
from darkroom.rows.row import STRICT, Row


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
