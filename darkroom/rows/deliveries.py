"""Where a photo went."""

from darkroom.rows.row import WholeRow


class DeliveryRow(WholeRow):
    delivered_uri: str | None = None
    original_uri: str | None = None
    list_sha256: str | None = None
    """Of the batch's list of results as it was delivered; None when there is none."""
