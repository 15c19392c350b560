"""What photos of all batches say together."""

from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from resources.records.columns import StrangersJson
from resources.records.models.base import Base, Hash, Key, Sha256


class EntitySchemaRecord(Base):
    """A shape of answers whose items become entities, and how."""

    __tablename__ = "entity_schemas"

    schema_name: Mapped[str] = mapped_column(primary_key=True)
    revision: Mapped[int]
    """One more whenever its items change: who has worked on others begins anew."""
    rules: Mapped[str]
    """JSON, as text: the order of its fields is that in which they are shown."""


class EntityRecord(Base):
    """One thing, as all photos together show it."""

    __tablename__ = "entities"

    schema_name: Mapped[str] = mapped_column(
        ForeignKey("entity_schemas.schema_name", ondelete="CASCADE"), primary_key=True
    )
    entity: Mapped[str] = mapped_column(Hash, primary_key=True)
    fields: Mapped[Any] = mapped_column(StrangersJson)
    """An object of strings."""
    photos: Mapped[int]


class EntityItemRecord(Base):
    """What one photo says of an entity."""

    __tablename__ = "entity_items"

    schema_name: Mapped[str] = mapped_column(
        ForeignKey("entity_schemas.schema_name", ondelete="CASCADE"), primary_key=True
    )
    batch: Mapped[str] = mapped_column(
        Key, ForeignKey("batches.batch", ondelete="CASCADE"), primary_key=True
    )
    photo_id: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    uri: Mapped[str]
    content: Mapped[str] = mapped_column(Sha256)
    """Photos of the same content have one word together."""
    confidence: Mapped[float | None]
    fields: Mapped[Any] = mapped_column(StrangersJson)
    entity: Mapped[str] = mapped_column(Hash)


Index("ix_entity_items_entity", EntityItemRecord.schema_name, EntityItemRecord.entity)
Index("ix_entity_items_photo", EntityItemRecord.batch, EntityItemRecord.photo_id)
