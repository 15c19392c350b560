"""Opening of sources that may take longer than a tick is given."""

import threading
import time
from collections.abc import Callable, Hashable
from concurrent.futures import Future, wait
from dataclasses import dataclass, field

from darkroom.intake.importing import Opened

TICK_BUDGET_S = 20.0
"""What a tick waits for its sources, all together. Dagster gives up a tick after 60 s."""

_AT_ONCE = 4
_REMEMBERED = 100


class StillOpening(Exception):
    """The source is on its way, or waits for its turn: ask again at the next tick."""


@dataclass
class Openings:
    """Opens sources on threads that outlive the tick that began them.

    A tick that Dagster gives up is tried again from the start: a source that takes longer than a
    tick would be read for ever.
    """

    at_once: int = _AT_ONCE
    _going: dict[Hashable, Future[Opened]] = field(default_factory=dict)

    def result(self, key: Hashable, take_in: Callable[[], Opened], *, deadline: float) -> Opened:
        """What `take_in` came to, which begins at the first call with this `key`.

        Raises what it raised, and `StillOpening` when it has not ended at `deadline` (monotonic).
        Once its end was told, the key begins anew.
        """
        if key not in self._going:
            if sum(not each.done() for each in self._going.values()) >= self.at_once:
                raise StillOpening
            self._forget_unasked()
            self._going[key] = _begin(take_in)
        going = self._going[key]
        wait([going], timeout=max(0.0, deadline - time.monotonic()))
        if not going.done():
            raise StillOpening
        del self._going[key]
        return going.result()

    def _forget_unasked(self) -> None:
        """Of what changed or was taken away meanwhile, nobody asks for the result."""
        if len(self._going) >= _REMEMBERED:
            self._going = {key: each for key, each in self._going.items() if not each.done()}


def _begin(take_in: Callable[[], Opened]) -> Future[Opened]:
    future: Future[Opened] = Future()

    def run() -> None:
        try:
            future.set_result(take_in())
        except BaseException as error:  # noqa: BLE001 - raised by whoever asks for the result
            future.set_exception(error)

    # Not a pool: its threads would keep a code server that is told to stop until they have ended.
    threading.Thread(target=run, name="opening", daemon=True).start()
    return future
