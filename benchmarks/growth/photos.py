"""Photos that are small and all different: what they cost is what every photo costs."""

from pathlib import Path

import numpy as np
from PIL import Image

_SIZE = (128, 96)
_BLOCKS = (16, 12)


def draw(folder: Path, count: int, *, seed: int) -> None:
    """`count` JPEGs in a new `folder`. Each passes every check and looks like no other."""
    folder.mkdir(parents=True)
    random = np.random.default_rng(seed)
    for number in range(count):
        blocks = random.integers(0, 256, (_BLOCKS[1], _BLOCKS[0], 3), np.uint8)
        photo = Image.fromarray(blocks).resize(_SIZE, Image.Resampling.BICUBIC)
        photo.save(folder / f"{seed:05}-{number:05}.jpg", quality=85)
