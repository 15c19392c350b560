"""Column types that SQLite and PostgreSQL keep alike."""

from datetime import UTC, datetime

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Integer, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator

from darkroom.storage.storable_text import storable

Counter = BigInteger().with_variant(Integer, "sqlite")
"""SQLite counts by itself only in a column of exactly INTEGER, which there has 64 bits too."""


class StrangersText(TypeDecorator[str]):
    """Text of any length. What the database would refuse is replaced; see `storable_text`."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else storable(value)


StrangersJson = JSON().with_variant(JSONB(), "postgresql")
"""JSON; our engines write it with the same care for the strings inside, as `storable_json`."""


class UtcTime(TypeDecorator[datetime]):
    """A moment in UTC, with microseconds. A time without a zone is taken to be UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        return None if value is None else utc(value)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        return None if value is None else utc(value)


def utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
