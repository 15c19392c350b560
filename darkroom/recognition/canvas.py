"""An image of any shape on a canvas of the shape that a detector wants."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from darkroom.ports import RgbImage
from darkroom.recognition.boxes import Boxes
from darkroom.recognition.model_card import ImageInput

_WHITE = 255


@dataclass(frozen=True, slots=True)
class Canvas:
    """What a detector is shown, and how to get back to the image."""

    values: NDArray[np.float32]
    """3 x height x width, channels and values as the model's card wants them."""
    across: float
    """Pixels of the canvas per pixel of the image, whose top left corner is the canvas's."""
    down: float

    def in_image(self, boxes: Boxes) -> Boxes:
        """Boxes in pixels of the canvas, in pixels of the image."""
        back = np.array([self.across, self.down, self.across, self.down], dtype=np.float32)
        return boxes / back


def canvas_of(image: RgbImage, wanted: ImageInput, *, width: int, height: int) -> Canvas:
    """The image stretched over the canvas, or fitted in its top left corner; enlarged if smaller.

    The latter is what YOLOX's own `preproc` does (yolox/data/data_augment.py).
    """
    image_height, image_width = image.shape[:2]
    across, down = width / image_width, height / image_height
    if wanted.resize == "letterbox":
        across = down = min(across, down)
    fitted_width = min(max(1, int(image_width * across)), width)
    fitted_height = min(max(1, int(image_height * down)), height)
    # Plain linear interpolation, which the networks were trained with. Pillow's resize() averages
    # over all pixels instead, and then fewer objects are found and boxes move by up to 10 pixels.
    fitted = Image.fromarray(image).transform(
        (fitted_width, fitted_height),
        Image.Transform.AFFINE,
        (image_width / fitted_width, 0, 0, 0, image_height / fitted_height, 0),
        Image.Resampling.BILINEAR,
    )
    values = np.full((3, height, width), wanted.padding, dtype=np.float32)
    red_green_blue = np.asarray(fitted).transpose(2, 0, 1)
    values[:, :fitted_height, :fitted_width] = (
        red_green_blue if wanted.channels == "rgb" else red_green_blue[::-1]
    )
    return Canvas(_normalised(values, wanted), across, down)


def _normalised(values: NDArray[np.float32], wanted: ImageInput) -> NDArray[np.float32]:
    if wanted.white != _WHITE:
        values *= np.float32(wanted.white / _WHITE)
    if any(wanted.mean):
        values -= np.array(wanted.mean, dtype=np.float32)[:, None, None]
    if wanted.std != (1.0, 1.0, 1.0):
        values /= np.array(wanted.std, dtype=np.float32)[:, None, None]
    return values
