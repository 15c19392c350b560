"""How many workers there are, and how much memory each may take."""

from darkroom.settings import WorkerSettings
from darkroom.work.machine import usable_cores, usable_memory

_USUAL_BYTES = 512 * 2**20
"""One worker at a photo of 50 megapixels, with the libraries and models it has loaded."""
_BYTES_PER_PIXEL = 8
"""Decoding may take 4.1 (`darkroom.imaging.memory`). Codes need the picture in gray as well; a hash
of an original in CMYK needs it in RGB and in gray."""
_MOST_OF_ALL = 0.75
"""The step itself, and what else runs, have to live too."""


def worker_count(settings: WorkerSettings) -> int:
    """As set or, when it is not, as many as cores and memory are there for."""
    if settings.max_workers is not None:
        return settings.max_workers
    return max(1, min(usable_cores(), usable_memory().left // _USUAL_BYTES))


def memory_per_worker(settings: WorkerSettings, *, megapixels: float) -> int:
    """Bytes: as set or, when it is not, enough for a photo so large on a machine that has them."""
    if settings.max_memory_per_worker_bytes is not None:
        return settings.max_memory_per_worker_bytes
    needed = _USUAL_BYTES + int(megapixels * 1e6) * _BYTES_PER_PIXEL
    return min(needed, max(_USUAL_BYTES, int(usable_memory().total * _MOST_OF_ALL)))
