"""What a soak script claims, said as it is found true or not."""

import time


class Claims:
    """Collects those that did not hold."""

    def __init__(self) -> None:
        self._broken: list[str] = []

    def expect(self, claim: str, *, holds: bool) -> None:
        """Say whether it holds, and remember when it does not."""
        say(f"  {claim}: {'yes' if holds else 'NO'}")
        if not holds:
            self._broken.append(claim)

    def exit_code(self) -> int:
        """0 when all held; says so."""
        say("FAILED: " + "; ".join(self._broken) if self._broken else "passed")
        return 1 if self._broken else 0


def say(text: str) -> None:
    """At once, with the time."""
    print(f"{time.strftime('%H:%M:%S')} {text}", flush=True)
