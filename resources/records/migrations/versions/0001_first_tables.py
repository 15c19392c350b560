"""The first tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
    counter = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

    op.create_table(
        "batches",
        sa.Column("opening", counter, nullable=False),
        sa.Column("batch", sa.String(length=100), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("report", sa.Text(), nullable=True),
        sa.Column("priority", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("photos", sa.BigInteger(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done", sa.BigInteger(), nullable=False),
        sa.Column("rejected", sa.BigInteger(), nullable=False),
        sa.Column("failed", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("opening"),
        sa.UniqueConstraint("batch"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_batches_owner", "batches", ["owner"])
    op.create_index("ix_batches_report", "batches", ["report"], postgresql_using="hash")

    op.create_table(
        "fingerprints",
        sa.Column("arrival", counter, nullable=False),
        sa.Column("batch", sa.String(length=100), nullable=False),
        sa.Column("photo_id", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("phash", sa.BigInteger(), nullable=False),
        sa.Column("dhash", sa.BigInteger(), nullable=False),
        sa.Column("comparable", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("arrival"),
        sa.UniqueConstraint("batch", "photo_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_fingerprints_sha256", "fingerprints", ["sha256"])

    op.create_table(
        "batch_entries",
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("identity", sa.Text(), nullable=False),
        sa.Column("batch", sa.String(length=100), nullable=False),
        sa.Column("photo_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["batch"], ["batches.batch"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("digest", "owner"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_batch_entries_batch", "batch_entries", ["batch"])

    op.create_table(
        "photos",
        sa.Column("batch", sa.String(length=100), nullable=False),
        sa.Column("photo_id", sa.Text(), nullable=False),
        sa.Column("filename", sa.Text(), nullable=False),
        sa.Column("uri", sa.Text(), nullable=False),
        sa.Column("outcome", sa.String(length=32), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("bytes", sa.BigInteger(), nullable=True),
        sa.Column("format", sa.Text(), nullable=True),
        sa.Column("width", sa.BigInteger(), nullable=True),
        sa.Column("height", sa.BigInteger(), nullable=True),
        sa.Column("orientation", sa.BigInteger(), nullable=True),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("camera", sa.Text(), nullable=True),
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.Column("longitude", sa.Double(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("phash", sa.String(length=16), nullable=True),
        sa.Column("dhash", sa.String(length=16), nullable=True),
        sa.Column("rendition_sha256", sa.String(length=64), nullable=True),
        sa.Column("rendition_format", sa.Text(), nullable=True),
        sa.Column("rendition_width", sa.BigInteger(), nullable=True),
        sa.Column("rendition_height", sa.BigInteger(), nullable=True),
        sa.Column("rendition_bytes", sa.BigInteger(), nullable=True),
        sa.Column("unique_id", sa.Text(), nullable=True),
        sa.Column("unique_id_source", sa.Text(), nullable=True),
        sa.Column("extra", json, nullable=False),
        sa.ForeignKeyConstraint(["batch"], ["batches.batch"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("batch", "photo_id"),
    )
    op.create_index("ix_photos_outcome_batch", "photos", ["outcome", "batch"])
    op.create_index("ix_photos_sha256", "photos", ["sha256"])
    op.create_index("ix_photos_taken_at", "photos", ["taken_at"])
    op.create_index("ix_photos_unique_id", "photos", ["unique_id"], postgresql_using="hash")

    op.create_table(
        "checks",
        sa.Column("batch", sa.String(length=100), nullable=False),
        sa.Column("photo_id", sa.Text(), nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("value", sa.Double(), nullable=True),
        sa.Column("value_text", sa.Text(), nullable=True),
        sa.Column("threshold", sa.Double(), nullable=True),
        sa.Column("threshold_text", sa.Text(), nullable=True),
        sa.Column("verdict", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch", "photo_id"], ["photos.batch", "photos.photo_id"], ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("batch", "photo_id", "name"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_checks_name_verdict", "checks", ["name", "verdict"])

    op.create_table(
        "codes",
        sa.Column("batch", sa.String(length=100), nullable=False),
        sa.Column("photo_id", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("symbology", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("polygon", json, nullable=False),
        sa.ForeignKeyConstraint(
            ["batch", "photo_id"], ["photos.batch", "photos.photo_id"], ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("batch", "photo_id", "position"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_codes_text", "codes", ["text"], postgresql_using="hash")

    op.create_table(
        "deliveries",
        sa.Column("batch", sa.String(length=100), nullable=False),
        sa.Column("photo_id", sa.Text(), nullable=False),
        sa.Column("uri", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch", "photo_id"], ["photos.batch", "photos.photo_id"], ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("batch", "photo_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "detections",
        sa.Column("batch", sa.String(length=100), nullable=False),
        sa.Column("photo_id", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("x", sa.Double(), nullable=False),
        sa.Column("y", sa.Double(), nullable=False),
        sa.Column("width", sa.Double(), nullable=False),
        sa.Column("height", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch", "photo_id"], ["photos.batch", "photos.photo_id"], ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("batch", "photo_id", "position"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_detections_label", "detections", ["label"])

    op.create_table(
        "duplicates",
        sa.Column("batch", sa.String(length=100), nullable=False),
        sa.Column("photo_id", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("of_batch", sa.String(length=100), nullable=False),
        sa.Column("of_photo_id", sa.Text(), nullable=False),
        sa.Column("phash_distance", sa.BigInteger(), nullable=True),
        sa.Column("dhash_distance", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["batch", "photo_id"], ["photos.batch", "photos.photo_id"], ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("batch", "photo_id", "position"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_duplicates_of", "duplicates", ["of_batch", "of_photo_id"])

    op.create_table(
        "failures",
        sa.Column("batch", sa.String(length=100), nullable=False),
        sa.Column("photo_id", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("stage", sa.String(length=32), nullable=False),
        sa.Column("error_type", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("retryable", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch", "photo_id"], ["photos.batch", "photos.photo_id"], ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("batch", "photo_id", "position"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_failures_error_type", "failures", ["error_type"])

    op.create_table(
        "reasons",
        sa.Column("batch", sa.String(length=100), nullable=False),
        sa.Column("photo_id", sa.Text(), nullable=False),
        sa.Column("verdict", sa.String(length=32), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch", "photo_id"], ["photos.batch", "photos.photo_id"], ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("batch", "photo_id", "verdict", "position"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_reasons_reason_verdict", "reasons", ["reason", "verdict"])

    op.create_table(
        "texts",
        sa.Column("batch", sa.String(length=100), nullable=False),
        sa.Column("photo_id", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=True),
        sa.Column("words", json, nullable=False),
        sa.ForeignKeyConstraint(
            ["batch", "photo_id"], ["photos.batch", "photos.photo_id"], ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("batch", "photo_id"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    for table in (
        "texts",
        "reasons",
        "failures",
        "duplicates",
        "detections",
        "deliveries",
        "codes",
        "checks",
        "photos",
        "batch_entries",
        "fingerprints",
        "batches",
    ):
        op.drop_table(table)
