"""Figures of several rounds in a few words."""

import statistics
from collections.abc import Sequence


def spread(values: Sequence[float], places: int = 2) -> str:
    """The median, with least and most."""
    median, least, most = (
        f"{value:.{places}f}" for value in (statistics.median(values), min(values), max(values))
    )
    return f"{median} ({least} to {most})"
