"""How much may be asked about the photos of one batch."""

import threading

BUDGET = "budget"
"""Why a photo was left out."""


class Budget:
    """Photos asked about and tokens used, against what is allowed. May be shared by threads.

    What earlier runs of the batch used counts. A photo that was counted once is not counted again.
    Tokens are known when an answer is there: requests under way then may exceed their limit.
    """

    def __init__(self, *, max_photos: int | None, max_tokens: int | None) -> None:
        self._max_photos = max_photos
        self._max_tokens = max_tokens
        self._photos: set[str] = set()
        self._tokens = 0
        self._lock = threading.Lock()

    def allows(self, photo_id: str) -> bool:
        """Whether this photo may be asked about; if so, it counts from now on."""
        with self._lock:
            if self._max_tokens is not None and self._tokens >= self._max_tokens:
                return False
            known = photo_id in self._photos
            if self._max_photos is not None and len(self._photos) >= self._max_photos and not known:
                return False
            self._photos.add(photo_id)
            return True

    def used(self, photo_id: str, tokens: int) -> None:
        """So much was used for a photo."""
        with self._lock:
            self._photos.add(photo_id)
            self._tokens += tokens
