"""Hashes packed by the thousand, so that they are read as bytes and not as rows."""

import struct

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

PER_BLOCK = 4096


def upgrade() -> None:
    counter = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    columns = ("places", "phashes", "dhashes", "ring_places", "ring_hashes")

    blocks = op.create_table(
        "hash_blocks",
        sa.Column("block", counter, autoincrement=False, nullable=False),
        *(sa.Column(name, sa.LargeBinary(), nullable=False) for name in columns),
        sa.PrimaryKeyConstraint("block"),
    )
    last = op.get_bind().execute(sa.text("SELECT max(arrival) FROM fingerprints")).scalar() or 0
    for block in range(last // PER_BLOCK + 1):
        op.get_bind().execute(blocks.insert(), packed(block))


def packed(block: int) -> dict[str, object]:
    rows = op.get_bind().execute(
        sa.text(
            "SELECT arrival, phash, dhash, ring_hashes FROM fingerprints WHERE comparable"
            " AND arrival >= :first AND arrival < :end ORDER BY arrival"
        ),
        {"first": block * PER_BLOCK, "end": (block + 1) * PER_BLOCK},
    )
    known = [(arrival % PER_BLOCK, *hashes, rings or b"") for arrival, *hashes, rings in rows]
    of_rings = [place for place, _, _, rings in known for _ in range(len(rings) // 8)]
    return {
        "block": block,
        "places": struct.pack(f"<{len(known)}H", *(place for place, *_ in known)),
        "phashes": struct.pack(f"<{len(known)}q", *(phash for _, phash, *_ in known)),
        "dhashes": struct.pack(f"<{len(known)}q", *(dhash for _, _, dhash, _ in known)),
        "ring_places": struct.pack(f"<{len(of_rings)}H", *of_rings),
        "ring_hashes": b"".join(rings for *_, rings in known),
    }
