"""What could not be told of a photo, and who let it be."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from resources.records.models.base import Base, Key, OfPhoto, Word


class FailureRecord(OfPhoto, Base):
    __tablename__ = "failures"

    position: Mapped[int] = mapped_column(primary_key=True)
    stage: Mapped[str] = mapped_column(Word)
    error_type: Mapped[str] = mapped_column(index=True)
    message: Mapped[str]
    attempts: Mapped[int]
    retryable: Mapped[bool]


class AcceptanceRecord(Base):
    """A failure that a person accepted; with its batch, as the photo's record may come later."""

    __tablename__ = "acceptances"

    batch: Mapped[str] = mapped_column(
        Key, ForeignKey("batches.batch", ondelete="CASCADE"), primary_key=True
    )
    photo_id: Mapped[str] = mapped_column(primary_key=True)
    stage: Mapped[str] = mapped_column(Word, primary_key=True)
    error_type: Mapped[str]
    reason: Mapped[str]
    accepted_by: Mapped[str]
    accepted_at: Mapped[datetime]
