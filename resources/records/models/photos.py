"""Photos: what everybody asks for."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from resources.records.columns import StrangersJson
from resources.records.models.base import Base, Hash, Key, Sha256, Word


class PhotoRecord(Base):
    __tablename__ = "photos"

    batch: Mapped[str] = mapped_column(
        Key, ForeignKey("batches.batch", ondelete="CASCADE"), primary_key=True
    )
    photo_id: Mapped[str] = mapped_column(primary_key=True)
    filename: Mapped[str]
    uri: Mapped[str]
    outcome: Mapped[str] = mapped_column(Word)
    sha256: Mapped[str | None] = mapped_column(Sha256, index=True)
    bytes: Mapped[int | None]
    format: Mapped[str | None]
    width: Mapped[int | None]
    height: Mapped[int | None]
    orientation: Mapped[int | None]
    taken_at: Mapped[datetime | None] = mapped_column(index=True)
    camera: Mapped[str | None]
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    detail: Mapped[str | None]
    accepted_reason: Mapped[str | None]
    phash: Mapped[str | None] = mapped_column(Hash)
    dhash: Mapped[str | None] = mapped_column(Hash)
    rendition_sha256: Mapped[str | None] = mapped_column(Sha256)
    rendition_format: Mapped[str | None]
    rendition_width: Mapped[int | None]
    rendition_height: Mapped[int | None]
    rendition_bytes: Mapped[int | None]
    unique_id: Mapped[str | None]
    unique_id_source: Mapped[str | None]
    extra: Mapped[Any] = mapped_column(StrangersJson)
    """Further columns of the manifest: an object of strings."""


Index("ix_photos_outcome_batch", PhotoRecord.outcome, PhotoRecord.batch)
Index("ix_photos_unique_id", PhotoRecord.unique_id, postgresql_using="hash")
