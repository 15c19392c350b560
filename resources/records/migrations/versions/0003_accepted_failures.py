"""Failures that a person accepted."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "batches",
        sa.Column("failures_accepted", sa.BigInteger(), nullable=False, server_default="0"),
    )
    op.add_column("photos", sa.Column("accepted_reason", sa.Text(), nullable=True))
    op.create_table(
        "acceptances",
        sa.Column("batch", sa.String(length=100), nullable=False),
        sa.Column("photo_id", sa.Text(), nullable=False),
        sa.Column("stage", sa.String(length=32), nullable=False),
        sa.Column("error_type", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("accepted_by", sa.Text(), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["batch"], ["batches.batch"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("batch", "photo_id", "stage"),
    )


def downgrade() -> None:
    op.drop_table("acceptances")
    with op.batch_alter_table("photos") as photos:
        photos.drop_column("accepted_reason")
    with op.batch_alter_table("batches") as batches:
        batches.drop_column("failures_accepted")
