"""Photos whose bytes were taken in before, found while others of their batch still arrive."""

import asyncio
from collections.abc import Callable, Mapping

from darkroom.rows import Entry
from darkroom.stages.ingest_tables import IngestedPhoto

_TOGETHER = 16
"""Questions that are not kept waiting for more."""
_PAUSE_S = 0.02


class KnownBytes:
    """Asks after bytes in groups: while one question is under way, the next ones gather.

    So a database that is far away is asked a few times, and one that is near at once; neither is
    in a hurry while `enough_to_do` says that nobody would do anything with an answer soon. `ask`
    runs in a thread, never twice at a time. `holds` says whether what was said of these bytes holds
    for a photo now. Belongs to one event loop.
    """

    def __init__(
        self,
        ask: Callable[[list[str]], Mapping[str, IngestedPhoto]],
        *,
        holds: Callable[[Entry, str, IngestedPhoto], bool],
        enough_to_do: Callable[[], bool] = lambda: False,
    ) -> None:
        self._ask = ask
        self._holds = holds
        self._enough_to_do = enough_to_do
        self._gathering: asyncio.Future[Mapping[str, IngestedPhoto]] | None = None
        self._gathered: list[str] = []
        self._asking = asyncio.Lock()

    async def find(self, entry: Entry, sha256: str) -> IngestedPhoto | None:
        """What an earlier ingest said of these bytes; None when that does not hold any more."""
        self._gathered.append(sha256)
        if self._gathering is None:
            self._gathering = asyncio.ensure_future(self._answer())
        found = (await asyncio.shield(self._gathering)).get(sha256)
        return found if found and self._holds(entry, sha256, found) else None

    async def _answer(self) -> Mapping[str, IngestedPhoto]:
        async with self._asking:
            # A question for each photo took 5 % of the step.
            while len(self._gathered) < _TOGETHER and self._enough_to_do():  # noqa: ASYNC110 - no event says so
                await asyncio.sleep(_PAUSE_S)
            sha256s, self._gathered, self._gathering = self._gathered, [], None
            return await asyncio.to_thread(self._ask, sha256s)
