"""How often Python looks for garbage in a process that works on a batch."""

import gc

_OBJECTS_BETWEEN_LOOKS = 50_000
"""How many more there are than at the last look; Python's own are 700."""


def look_seldom() -> None:
    """To be called once the process has imported what it needs.

    A quarter of a million objects of imports alone are not looked through any more. The rows of a
    batch are a hundred thousand at once, none of them garbage.
    """
    gc.freeze()
    gc.set_threshold(_OBJECTS_BETWEEN_LOOKS)
