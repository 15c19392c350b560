"""Views of a photo: turned or at another size, and where their boxes are in the photo."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from darkroom.ports import GrayImage

Matrix = NDArray[np.float64]
_PAPER = 255
"""Gray level around a tilted image: most is printed on light ground."""


@dataclass(frozen=True, slots=True)
class View:
    """An image of a photo, and the 3 x 3 matrix that takes its points to the photo's."""

    image: GrayImage
    to_photo: Matrix

    @classmethod
    def whole(cls, image: GrayImage) -> "View":
        """The photo as it stands."""
        return cls(image, np.eye(3))

    def point_in_photo(self, point: Sequence[float]) -> list[float]:
        """Where a point `[x, y]` of this view is."""
        x, y, _ = self.to_photo @ [*point, 1]
        return [round(float(x), 1), round(float(y), 1)]

    def box_in_photo(self, box: Sequence[float]) -> list[float]:
        """The upright box around a box `[x, y, width, height]` of this view."""
        x, y, width, height = box
        corners = np.array(
            [[x, y, 1], [x + width, y, 1], [x, y + height, 1], [x + width, y + height, 1]]
        )
        points = (self.to_photo @ corners.T)[:2]
        (left, top), (right, bottom) = points.min(axis=1), points.max(axis=1)
        # A tenth of a pixel is finer than any engine knows.
        return [round(float(side), 1) for side in (left, top, right - left, bottom - top)]


def turned(view: View, quarters: int) -> View:
    """Turned counter-clockwise by so many times 90 degrees."""
    height, width = view.image.shape
    back = {
        0: [[1, 0, 0], [0, 1, 0]],
        1: [[0, -1, width], [1, 0, 0]],
        2: [[-1, 0, width], [0, -1, height]],
        3: [[0, 1, 0], [-1, 0, height]],
    }[quarters % 4]
    matrix = np.array([*back, [0, 0, 1]], dtype=np.float64)
    return View(np.rot90(view.image, quarters), view.to_photo @ matrix)


def scaled(view: View, factor: float) -> View:
    """Each side times `factor`, at least one pixel."""
    height, width = view.image.shape
    new_width, new_height = max(round(width * factor), 1), max(round(height * factor), 1)
    if (new_width, new_height) == (width, height):
        return view
    image = Image.fromarray(np.ascontiguousarray(view.image)).resize(
        (new_width, new_height), Image.Resampling.BICUBIC, reducing_gap=2.0
    )
    matrix = np.diag([width / new_width, height / new_height, 1.0])
    return View(np.asarray(image), view.to_photo @ matrix)


def tilted(view: View, degrees: float) -> View:
    """Turned counter-clockwise by any angle, on a canvas that holds all of it."""
    height, width = view.image.shape
    image = np.asarray(
        Image.fromarray(np.ascontiguousarray(view.image)).rotate(
            degrees, Image.Resampling.BILINEAR, expand=True, fillcolor=_PAPER
        )
    )
    new_height, new_width = image.shape
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    back = np.array(
        [
            [cos, -sin, (width - new_width * cos + new_height * sin) / 2],
            [sin, cos, (height - new_width * sin - new_height * cos) / 2],
            [0, 0, 1],
        ]
    )
    return View(image, view.to_photo @ back)
