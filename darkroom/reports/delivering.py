"""The list of results that is delivered beside the photos."""

from collections.abc import Sequence

from darkroom.reports.inert_csv import inert_csv
from darkroom.results import PhotoResult

COLUMNS = (
    *("batch", "photo_id", "filename", "uri", "outcome", "reasons", "warnings", "detail"),
    *("failures", "sha256", "bytes", "format", "width", "height", "orientation", "taken_at"),
    *("camera", "latitude", "longitude", "checks", "phash", "dhash", "duplicate_of"),
    *("near_duplicates", "rendition", "text", "text_confidence", "codes", "unique_id"),
    *(
        "unique_id_source",
        "unique_id_candidates",
        "detections",
        "analysis",
        "delivered_uri",
        "accepted_reason",
        "extra",
    ),
)
"""Fields of `PhotoResult`: all but the single words of a text."""


def results_name(batch: str) -> str:
    """Where a batch's list goes."""
    return f"results/{batch}/results.csv"


def results_csv(results: Sequence[PhotoResult]) -> bytes:
    """One line per photo; see `inert_csv`."""
    return inert_csv(
        COLUMNS, ([getattr(result, column) for column in COLUMNS] for result in results)
    )
