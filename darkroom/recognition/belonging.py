"""What stands on what: words and codes inside the boxes of objects. All in pixels of one image."""

from collections.abc import Sequence

Box = Sequence[float]
"""`[x, y, width, height]`."""

_INSIDE = 0.5
"""Share of the area of a word or code that lies in a box which it belongs to."""


def owners(places: Sequence[Box], objects: Sequence[Box]) -> list[int | None]:
    """Which object each place belongs to: the smallest of those that hold at least half of it.

    A plate on a car that stands before a bus is the car's.
    """
    smallest_first = sorted(range(len(objects)), key=lambda one: objects[one][2] * objects[one][3])
    return [
        next((one for one in smallest_first if _share(place, objects[one]) >= _INSIDE), None)
        for place in places
    ]


def around(points: Sequence[Sequence[float]]) -> Box:
    """The upright box around points, at least a pixel wide and high: bars are read along a line."""
    xs, ys = [point[0] for point in points], [point[1] for point in points]
    return [min(xs), min(ys), max(max(xs) - min(xs), 1.0), max(max(ys) - min(ys), 1.0)]


def _share(place: Box, within: Box) -> float:
    left, top, width, height = place
    x, y, w, h = within
    across = min(left + width, x + w) - max(left, x)
    down = min(top + height, y + h) - max(top, y)
    if across <= 0 or down <= 0:
        return 0.0
    return across * down / (width * height)
