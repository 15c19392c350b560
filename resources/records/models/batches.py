"""Batches, and what their owners brought in before."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from resources.records.columns import Counter
from resources.records.models.base import Base, Key


class BatchRecord(Base):
    __tablename__ = "batches"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012 - SQLAlchemy's own way

    opening: Mapped[int] = mapped_column(Counter, primary_key=True)
    """The order in which batches were opened."""
    batch: Mapped[str] = mapped_column(Key, unique=True)
    owner: Mapped[str] = mapped_column(index=True)
    report: Mapped[str | None]
    priority: Mapped[int]
    source: Mapped[str]
    photos: Mapped[int]
    opened_at: Mapped[datetime]
    done: Mapped[int]
    """Counted anew whenever photos of the batch are written; so are the next three."""
    rejected: Mapped[int]
    failed: Mapped[int]
    failures_accepted: Mapped[int] = mapped_column(server_default="0")


Index("ix_batches_report", BatchRecord.report, postgresql_using="hash")


class BatchEntry(Base):
    """The ledger: which photo an owner brought in already, and with which batch."""

    __tablename__ = "batch_entries"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 - SQLAlchemy's own way

    digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    """SHA-256 of the identity, which may be longer than an index takes."""
    owner: Mapped[str] = mapped_column(primary_key=True)
    """Second in the key: by owner alone nobody asks, and an owner has too many to be of use."""
    identity: Mapped[str]
    batch: Mapped[str] = mapped_column(
        Key, ForeignKey("batches.batch", ondelete="CASCADE"), index=True
    )
    photo_id: Mapped[str]
