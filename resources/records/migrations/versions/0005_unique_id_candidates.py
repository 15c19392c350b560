"""Where unique IDs were found."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")

    op.create_table(
        "unique_id_candidates",
        sa.Column("batch", sa.String(length=100), nullable=False),
        sa.Column("photo_id", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("unique_id", sa.Text(), nullable=False),
        sa.Column("pattern", sa.Text(), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("symbology", sa.Text(), nullable=True),
        sa.Column("polygon", json, nullable=False),
        sa.Column("boxes", json, nullable=False),
        sa.Column("groups", json, nullable=False),
        sa.ForeignKeyConstraint(
            ["batch", "photo_id"], ["photos.batch", "photos.photo_id"], ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("batch", "photo_id", "position"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_unique_id_candidates_unique_id",
        "unique_id_candidates",
        ["unique_id"],
        postgresql_using="hash",
    )


def downgrade() -> None:
    op.drop_table("unique_id_candidates")
