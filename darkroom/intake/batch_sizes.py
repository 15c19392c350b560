"""How an import is cut into batches."""

import math

from darkroom.settings import BatchSize

MAX_PHOTOS = 1000
"""In one batch of automatic size: beyond it, tables grow and redoing becomes coarse."""

_PHOTO_CORE_SECONDS = 0.4
"""All stages after ingest on a photo of a few megapixels: codes, text, detection."""
_BATCH_SECONDS = 12.0
"""What one batch more has to gain. It costs six seconds: on two cores, 171 photos took 34 s as one
batch, 41 s as two and 47 s as three. What it then overlaps with is seldom idle: hence twice."""


def batch_sizes(photos: int, *, size: BatchSize, cores: int) -> list[int]:
    """Photos in each batch of an import, in order.

    A given size is kept, the last batch holding what is left over. `auto` cuts evenly. In k
    batches, the later stages of one overlap with the ingest of the next: of the T seconds that they
    take together, about T/k remains uncovered, and each batch adds o seconds of its own. T/k + k·o
    is least at k = √(T/o). Below two batches the import stays whole, which on two cores is up to
    240 photos; from there on it is at least three, so that there is a middle to overlap.
    """
    if photos == 0:
        return []
    if size != "auto":
        whole, rest = divmod(photos, size)
        return [size] * whole + ([rest] if rest else [])
    best = math.sqrt(photos * _PHOTO_CORE_SECONDS / cores / _BATCH_SECONDS)
    count = 1 if best <= 2 else max(3, round(best))  # noqa: PLR2004 - two, as said above
    count = max(count, math.ceil(photos / MAX_PHOTOS))
    smaller, larger = divmod(photos, count)
    return [smaller + 1] * larger + [smaller] * (count - larger)
