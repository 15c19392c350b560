"""Who accepted which failure, when and why."""

from collections.abc import Sequence

from sqlalchemy import Connection

from darkroom.acceptances import Acceptance
from resources.records.models import AcceptanceRecord
from resources.records.statements import upsert


def accept(connection: Connection, batch: str, acceptances: Sequence[Acceptance]) -> None:
    rows = [{"batch": batch, **each.model_dump()} for each in acceptances]
    upsert(connection, AcceptanceRecord, rows, key=("batch", "photo_id", "stage"))
