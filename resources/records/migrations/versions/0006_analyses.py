"""What vision models say of photos."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
    op.create_table(
        "analyses",
        sa.Column("batch", sa.String(length=100), nullable=False),
        sa.Column("photo_id", sa.Text(), nullable=False),
        sa.Column("schema_name", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("answer", json, nullable=False),
        sa.Column("left_out", sa.String(length=32), nullable=True),
        sa.Column("requests", sa.BigInteger(), nullable=False),
        sa.Column("input_tokens", sa.BigInteger(), nullable=False),
        sa.Column("output_tokens", sa.BigInteger(), nullable=False),
        sa.Column("cost_usd", sa.Double(), nullable=True),
        sa.Column("from_cache", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch", "photo_id"], ["photos.batch", "photos.photo_id"], ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("batch", "photo_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_analyses_schema_name", "analyses", ["schema_name"])


def downgrade() -> None:
    op.drop_table("analyses")
