"""What photos of all batches are compared by, and which are alike."""

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from resources.records.columns import Counter
from resources.records.models.base import Base, Key, OfPhoto, Sha256, Word

ARRIVALS_PER_BLOCK = 4096
"""A batch packs its last block or two anew, some 100 KB each."""


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
