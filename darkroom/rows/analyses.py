"""What a vision model said of a photo."""

from darkroom.rows.row import Row


class AnalysisRow(Row):
    """What a vision model answered."""

    schema_name: str | None = None
    """Which shape the answer has."""
    model: str | None = None
    answer_json: str | None = None
    """The answer as checked against its schema: JSON with sorted keys."""
    input_tokens: int = 0
    """Of all requests for this photo, in earlier runs too; 0 for an answer paid for by another."""
    output_tokens: int = 0
    cost_usd: float | None = None
    """An estimate; None when nobody knows the model's prices."""
    requests: int = 0
    """Sent for this photo, those that failed and those of earlier runs included."""
    from_cache: bool = False
    """The answer had been paid for before."""
    left_out: str | None = None
    """Why a photo that could have been asked about was not, such as `budget`."""
