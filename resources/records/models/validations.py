"""Whether a photo is acceptable, and why not."""

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from resources.records.models.base import Base, OfPhoto, Word


class CheckRecord(OfPhoto, Base):
    __tablename__ = "checks"

    name: Mapped[str] = mapped_column(Word, primary_key=True)
    value: Mapped[float | None]
    value_text: Mapped[str | None]
    threshold: Mapped[float | None]
    threshold_text: Mapped[str | None]
    verdict: Mapped[str] = mapped_column(Word)


Index("ix_checks_name_verdict", CheckRecord.name, CheckRecord.verdict)


class ReasonRecord(OfPhoto, Base):
    """Why a photo is rejected, or warned about."""

    __tablename__ = "reasons"

    verdict: Mapped[str] = mapped_column(Word, primary_key=True)
    """reject or warn."""
    position: Mapped[int] = mapped_column(primary_key=True)
    reason: Mapped[str] = mapped_column(Word)


Index("ix_reasons_reason_verdict", ReasonRecord.reason, ReasonRecord.verdict)
