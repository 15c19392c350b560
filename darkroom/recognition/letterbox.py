"""An image of any shape on a canvas of the shape that a detector wants."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from darkroom.ports import RgbImage

PADDING = 114
"""Gray level around the image, as YOLOX was trained with."""


@dataclass(frozen=True, slots=True)
class Letterbox:
    """The canvas, and how to get back to the image."""

    canvas: NDArray[np.float32]
    """1 x 3 x height x width, channels blue, green, red, values 0 to 255."""
    scale: float
    """Pixels of the canvas per pixel of the image, whose top left corner is the canvas's."""


def letterbox(image: RgbImage, *, width: int, height: int) -> Letterbox:
    """The image fitted in the canvas's top left corner, enlarged if it is smaller.

    What YOLOX's own `preproc` does (yolox/data/data_augment.py).
    """
    image_height, image_width = image.shape[:2]
    scale = min(width / image_width, height / image_height)
    fitted_width, fitted_height = (
        max(1, int(image_width * scale)),
        max(1, int(image_height * scale)),
    )
    # Plain linear interpolation, which the networks were trained with. Pillow's resize() averages
    # over all pixels instead, and then fewer objects are found and boxes move by up to 10 pixels.
    fitted = Image.fromarray(image).transform(
        (fitted_width, fitted_height),
        Image.Transform.AFFINE,
        (image_width / fitted_width, 0, 0, 0, image_height / fitted_height, 0),
        Image.Resampling.BILINEAR,
    )
    canvas = np.full((1, 3, height, width), PADDING, dtype=np.float32)
    blue_green_red = np.asarray(fitted)[:, :, ::-1].transpose(2, 0, 1)
    canvas[0, :, :fitted_height, :fitted_width] = blue_green_red
    return Letterbox(canvas, scale)
