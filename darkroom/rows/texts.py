"""Words on a photo."""

from pydantic import Field
from pydantic.dataclasses import dataclass

from darkroom.rows.row import STRICT, Row


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
