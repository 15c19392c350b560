"""How well objects can be seen, and what was read on them."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_MEASURES = ("sharpness", "brightest", "darkest", "contrast")


def upgrade() -> None:
    for name in _MEASURES:
        op.add_column("detections", sa.Column(name, sa.Double(), nullable=True))
    op.add_column("detections", sa.Column("text", sa.Text(), nullable=True))
    for table in ("codes", "unique_id_candidates"):
        op.add_column(table, sa.Column("detection", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    for table in ("codes", "unique_id_candidates"):
        with op.batch_alter_table(table) as changed:
            changed.drop_column("detection")
    with op.batch_alter_table("detections") as changed:
        for name in ("text", *_MEASURES):
            changed.drop_column(name)
