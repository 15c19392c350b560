"""Look-alikes that were mirrored or turned."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    counter = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

    op.add_column("duplicates", sa.Column("transform", sa.String(length=32), nullable=True))
    op.add_column("duplicates", sa.Column("ring_distance", sa.BigInteger(), nullable=True))
    op.execute("UPDATE duplicates SET transform = 'identity' WHERE kind = 'near'")
    op.add_column("fingerprints", sa.Column("ring_hashes", sa.LargeBinary(), nullable=True))
    op.create_table(
        "looks",
        sa.Column("arrival", counter, autoincrement=False, nullable=False),
        sa.Column("turns", sa.LargeBinary(), nullable=False),
        sa.Column("patterns", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["arrival"], ["fingerprints.arrival"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("arrival"),
    )
