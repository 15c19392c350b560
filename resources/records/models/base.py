"""What all tables are made of."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKeyConstraint, String
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column

from resources.records.columns import StrangersText, UtcTime

Sha256 = String(64)
Hash = String(16)
Key = String(100)
Word = String(32)
"""One of our own few words: an outcome, a verdict, a reason."""


class Base(DeclarativeBase):
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy's own way
        str: StrangersText(),
        int: BigInteger(),
        datetime: UtcTime(),
    }


class OfPhoto:
    """Rows that go with their photo."""

    batch: Mapped[str] = mapped_column(Key, primary_key=True, sort_order=-2)
    photo_id: Mapped[str] = mapped_column(primary_key=True, sort_order=-1)

    @declared_attr.directive
    def __table_args__(cls) -> tuple[Any, ...]:  # noqa: N805 - SQLAlchemy hands it the class
        photo = ForeignKeyConstraint(
            ["batch", "photo_id"], ["photos.batch", "photos.photo_id"], ondelete="CASCADE"
        )
        return (photo, {"sqlite_with_rowid": False})
