"""Which look found a code."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "codes",
        sa.Column("look", sa.String(length=32), server_default="plain", nullable=False),
    )


def downgrade() -> None:
    with op.batch_alter_table("codes") as codes:
        codes.drop_column("look")
