"""What was read from photos and found on them."""

from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from resources.records.columns import StrangersJson
from resources.records.models.base import Base, OfPhoto, Word


class TextRecord(OfPhoto, Base):
    __tablename__ = "texts"

    text: Mapped[str]
    confidence: Mapped[float | None]
    """0 to 1."""
    words: Mapped[Any] = mapped_column(StrangersJson)
    """[{text, confidence, box}]"""


class CodeRecord(OfPhoto, Base):
    __tablename__ = "codes"

    position: Mapped[int] = mapped_column(primary_key=True)
    symbology: Mapped[str]
    text: Mapped[str]
    polygon: Mapped[Any] = mapped_column(StrangersJson)
    """[[x, y], …]"""
    look: Mapped[str] = mapped_column(Word, server_default="plain")
    detection: Mapped[int | None]
    """Position of the object that it stands on."""


Index("ix_codes_text", CodeRecord.text, postgresql_using="hash")


class UniqueIdCandidateRecord(OfPhoto, Base):
    """Where a unique ID was found; where they disagree, the photo has none."""

    __tablename__ = "unique_id_candidates"

    position: Mapped[int] = mapped_column(primary_key=True)
    unique_id: Mapped[str]
    pattern: Mapped[str]
    source: Mapped[str] = mapped_column(Word)
    """code or text."""
    symbology: Mapped[str | None]
    polygon: Mapped[Any] = mapped_column(StrangersJson)
    """[[x, y], …] of the code"""
    boxes: Mapped[Any] = mapped_column(StrangersJson)
    """[[x, y, width, height], …] of the words"""
    groups: Mapped[Any] = mapped_column(StrangersJson)
    """[{name, text}] of the pattern"""
    detection: Mapped[int | None]
    """Position of the object that it stands on."""


Index(
    "ix_unique_id_candidates_unique_id",
    UniqueIdCandidateRecord.unique_id,
    postgresql_using="hash",
)


class DetectionRecord(OfPhoto, Base):
    __tablename__ = "detections"

    position: Mapped[int] = mapped_column(primary_key=True)
    label: Mapped[str] = mapped_column(index=True)
    score: Mapped[float]
    x: Mapped[float]
    y: Mapped[float]
    width: Mapped[float]
    height: Mapped[float]
    sharpness: Mapped[float | None]
    """How well it can be seen, as the next three; none for one too small to be measured."""
    brightest: Mapped[float | None]
    darkest: Mapped[float | None]
    contrast: Mapped[float | None]
    text: Mapped[str | None]
    """Of the words that stand on it."""


class AnalysisRecord(OfPhoto, Base):
    """What a vision model answered, and what that took."""

    __tablename__ = "analyses"

    schema_name: Mapped[str] = mapped_column(index=True)
    model: Mapped[str]
    answer: Mapped[Any] = mapped_column(StrangersJson)
    """An object of that schema, or null."""
    left_out: Mapped[str | None] = mapped_column(Word)
    requests: Mapped[int]
    input_tokens: Mapped[int]
    output_tokens: Mapped[int]
    cost_usd: Mapped[float | None]
    from_cache: Mapped[bool]
