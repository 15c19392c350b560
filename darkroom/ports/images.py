"""Images as engines take them."""

import numpy as np
from numpy.typing import NDArray

GrayImage = NDArray[np.uint8]
"""Height x width, 8 bits."""

RgbImage = NDArray[np.uint8]
"""Height x width x 3, 8 bits, sRGB."""
