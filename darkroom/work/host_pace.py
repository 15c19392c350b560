"""How many requests one host is asked at once: far fewer once it suffers, slowly more again.

Additive increase and multiplicative decrease after a quick start, as TCP paces a connection
(RFC 5681). Knows no clock: every moment is given, in seconds.
"""

_FIRST = 2
"""Until the first answer: a host that never answers should not take many places meanwhile."""
_SMOOTHING = 0.25
_DRIFT = 1.01
"""A host that has become slower for good is not held to its youth: its best time fades."""
_SLOWER = 3.0
_SLOWER_BY_S = 0.5
"""Both: three times a few milliseconds says nothing."""
_ROUND = 10
"""Answers, at least, that earn one more: a limit that is right is not overstepped all the time."""
_SILENCE = 12


class HostPace:
    """The limit of one host, always from 1 to `cap`.

    Requests that began before the limit was last lowered say nothing about the new one, so a burst
    of refusals lowers it once.
    """

    def __init__(self, cap: int) -> None:
        self._cap = cap
        self.limit = min(_FIRST, cap)
        self.held_until = 0.0
        """No request before this moment."""
        self._lowered_at: float | None = None
        self._coped = 0
        self._best_s = self._usual_s = 0.0
        self._timed = 0
        self._silent = 0

    @property
    def slowed_down(self) -> bool:
        """Whether it suffered, and is not back at the cap since."""
        return self._lowered_at is not None and self.limit < self._cap

    @property
    def given_up(self) -> bool:
        """Whether it left so many requests in a row without an answer that asking on is waste."""
        return self._silent >= _SILENCE

    def hold(self, until: float) -> None:
        """The host asked for quiet until then."""
        self.held_until = max(self.held_until, until)

    def answered(self, began: float, first_byte: float) -> None:
        """It answered a request; what the answer says of the photo is no matter here."""
        self._silent = 0
        self._time(first_byte - began)
        if self._is_slower():
            self._lower(began, first_byte)
        elif self._counts(began):
            self._coped += 1
            # Until it first suffers, each answer earns one more; then, each round of answers.
            if self._lowered_at is None or self._coped >= max(_ROUND, self.limit):
                self.limit = min(self.limit + 1, self._cap)
                self._coped = 0

    def strained(self, began: float, now: float, *, silent: bool) -> None:
        """It said that it is asked too much or, being `silent`, gave no answer at all."""
        self._silent = self._silent + 1 if silent else 0
        self._lower(began, now)

    def _lower(self, began: float, now: float) -> None:
        if self._counts(began):
            self.limit = max(1, self.limit // 2)
            self._lowered_at = now
            self._coped = self._timed = 0

    def _counts(self, began: float) -> bool:
        return self._lowered_at is None or began >= self._lowered_at

    def _time(self, seconds: float) -> None:
        self._best_s = min(seconds, self._best_s * _DRIFT) if self._best_s else seconds
        if self._timed == 0:
            self._usual_s = seconds
        else:
            self._usual_s += _SMOOTHING * (seconds - self._usual_s)
        self._timed += 1

    def _is_slower(self) -> bool:
        return (
            self._timed >= max(4, self.limit)
            and self._usual_s > self._best_s * _SLOWER
            and self._usual_s > self._best_s + _SLOWER_BY_S
        )
