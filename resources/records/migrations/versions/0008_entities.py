"""What photos say of things, and the things."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")

    op.create_table(
        "entity_schemas",
        sa.Column("schema_name", sa.Text(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("rules", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("schema_name"),
    )
    op.create_table(
        "entities",
        sa.Column("schema_name", sa.Text(), nullable=False),
        sa.Column("entity", sa.String(length=16), nullable=False),
        sa.Column("fields", json, nullable=False),
        sa.Column("photos", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["schema_name"], ["entity_schemas.schema_name"], ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("schema_name", "entity"),
    )
    op.create_table(
        "entity_items",
        sa.Column("schema_name", sa.Text(), nullable=False),
        sa.Column("batch", sa.String(length=100), nullable=False),
        sa.Column("photo_id", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("uri", sa.Text(), nullable=False),
        sa.Column("content", sa.String(length=64), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=True),
        sa.Column("fields", json, nullable=False),
        sa.Column("entity", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["schema_name"], ["entity_schemas.schema_name"], ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["batch"], ["batches.batch"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("schema_name", "batch", "photo_id", "position"),
    )
    op.create_index("ix_entity_items_entity", "entity_items", ["schema_name", "entity"])
    op.create_index("ix_entity_items_photo", "entity_items", ["batch", "photo_id"])


def downgrade() -> None:
    for table in ("entity_items", "entities", "entity_schemas"):
        op.drop_table(table)
