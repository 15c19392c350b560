"""The tables of the records database.

Lengths are pixels, sizes bytes, times UTC. Positions count from 0 and keep the order in which a
stage gave its findings. What strangers wrote has no length limit, so PostgreSQL indexes it by hash.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column

from resources.records.columns import Counter, StrangersJson, StrangersText, UtcTime

Sha256 = String(64)
Hash = String(16)
Key = String(100)
Word = String(32)
"""One of our own few words: an outcome, a verdict, a reason."""
ARRIVALS_PER_BLOCK = 4096
"""A batch packs its last block or two anew, some 100 KB each."""


class Base(DeclarativeBase):
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy's own way
        str: StrangersText(),
        int: BigInteger(),
        datetime: UtcTime(),
    }


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


class DuplicateRecord(OfPhoto, Base):
    """An earlier photo with the same bytes, or one that looks the same."""

    __tablename__ = "duplicates"

    position: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(Word)
    """exact or near."""
    of_batch: Mapped[str] = mapped_column(Key)
    of_photo_id: Mapped[str]
    phash_distance: Mapped[int | None]
    dhash_distance: Mapped[int | None]
    transform: Mapped[str | None] = mapped_column(Word)
    """Of a near one: what makes this photo of the earlier one."""
    ring_distance: Mapped[int | None]


Index("ix_duplicates_of", DuplicateRecord.of_batch, DuplicateRecord.of_photo_id)


class DeliveryRecord(OfPhoto, Base):
    __tablename__ = "deliveries"

    uri: Mapped[str]


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


class FingerprintRecord(Base):
    """Every photo's fingerprints, in the order of their arrival across all batches."""

    __tablename__ = "fingerprints"
    __table_args__ = (
        UniqueConstraint("batch", "photo_id"),
        {"sqlite_autoincrement": True},
    )

    arrival: Mapped[int] = mapped_column(Counter, primary_key=True)
    batch: Mapped[str] = mapped_column(Key)
    photo_id: Mapped[str]
    sha256: Mapped[str] = mapped_column(Sha256, index=True)
    phash: Mapped[int]
    """The 64 bits read as a signed number, because databases have no unsigned one."""
    dhash: Mapped[int]
    comparable: Mapped[bool]
    """Whether there is enough to see to compare it by look."""
    ring_hashes: Mapped[bytes | None]
    """64 bits each, little-endian; none for a photo with little to see around its middle."""


class LookRecord(Base):
    """What candidates are compared by, apart from the hashes that are read of all photos."""

    __tablename__ = "looks"

    arrival: Mapped[int] = mapped_column(
        Counter,
        ForeignKey("fingerprints.arrival", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    )
    turns: Mapped[bytes]
    """Eight pHashes, then eight dHashes, 64 bits each, little-endian."""
    patterns: Mapped[bytes]
    """Of the rings, in the order of `ring_hashes`."""


class HashBlockRecord(Base):
    """Hashes of the comparable ones among so many arrivals: copies, little-endian, by arrival."""

    __tablename__ = "hash_blocks"

    block: Mapped[int] = mapped_column(Counter, primary_key=True, autoincrement=False)
    """The arrival divided by `ARRIVALS_PER_BLOCK`."""
    places: Mapped[bytes]
    """The rest of that, 16 bits each."""
    phashes: Mapped[bytes]
    """64 bits each, as the next."""
    dhashes: Mapped[bytes]
    ring_places: Mapped[bytes]
    """As `places`, of each ring hash."""
    ring_hashes: Mapped[bytes]


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
