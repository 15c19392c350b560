"""Where a photo went."""

from darkroom.rows.row import Row


class DeliveryRow(Row):
    delivered_uri: str | None = None
    original_uri: str | None = None
