from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from darkroom.recognition.detecting import Tiling, ToSearch, detect_objects
from darkroom.rows import CropQuality, Detection

WHOLE = Tiling(1, 0.45)


class RedSpots:
    """An `ObjectDetector` that finds the red spot of an image, and remembers what it was shown."""

    version = "red spots"
    input_px = 64
    batch_size = 1

    def __init__(self) -> None:
        self.seen: list[tuple[int, ...]] = []

    def detect(self, images: Sequence[NDArray[np.uint8]]) -> list[list[Detection]]:
        self.seen.extend(image.shape for image in images)
        return [self._spot(image) for image in images]

    @staticmethod
    def _spot(image: NDArray[np.uint8]) -> list[Detection]:
        rows, columns = np.nonzero((image[..., 0] > 128) & (image[..., 2] < 128))
        if not rows.size:
            return []
        left, top = int(columns.min()), int(rows.min())
        width, height = int(columns.max()) + 1 - left, int(rows.max()) + 1 - top
        return [Detection(label="car", score=0.9, box=[left, top, width, height])]


def photo(path: Path, size: tuple[int, int], *spots: tuple[int, int, int, int]) -> Path:
    image = Image.new("RGB", size, (0, 0, 255))
    for spot in spots:
        image.paste((255, 0, 0), spot)
    image.save(path)
    return path


def test_objects_stand_in_pixels_of_the_original(tmp_path: Path) -> None:
    """The rendition is half its size here. How well they can be seen is measured on it."""
    rendition = photo(tmp_path / "rendition.png", (40, 30), (10, 5, 30, 25))
    quality = CropQuality(sharpness=0.0, brightest=0.4909, darkest=0.4909, contrast=0.0)

    assert detect_objects([ToSearch(rendition, 2.0)], RedSpots(), WHOLE) == [
        [Detection(label="car", score=0.9, box=[20, 10, 40, 40], quality=quality)]
    ]


def test_each_photo_has_its_own_objects(tmp_path: Path) -> None:
    """However many are given at once."""
    found = detect_objects(
        [
            ToSearch(photo(tmp_path / "1.png", (40, 30), (0, 0, 4, 4)), 1.0),
            ToSearch(photo(tmp_path / "2.png", (40, 30)), 1.0),
            ToSearch(photo(tmp_path / "3.png", (40, 30), (9, 9, 19, 19)), 2.0),
        ],
        RedSpots(),
        WHOLE,
    )

    assert [[each.box for each in of_photo] for of_photo in found] == [
        [[0, 0, 4, 4]],
        [],
        [[18, 18, 20, 20]],
    ]


def test_tiles_of_the_upright_original_show_what_the_rendition_does_not(tmp_path: Path) -> None:
    """One spot stands in one tile, at its place in the original; one is cut in two by all of them.

    The camera was held on its side, and the original is larger than tiles need.
    """
    upright = Image.new("RGB", (900, 1200), (0, 0, 255))
    upright.paste((255, 0, 0), (700, 1000, 720, 1040))
    exif = Image.Exif()
    exif[0x0112] = 6
    upright.transpose(Image.Transpose.ROTATE_90).save(tmp_path / "original.png", exif=exif)
    rendition = photo(tmp_path / "rendition.png", (75, 100))
    detector = RedSpots()

    [found] = detect_objects(
        [ToSearch(rendition, 12.0, tmp_path / "original.png")], detector, Tiling(2, 0.45)
    )

    [spot] = found
    np.testing.assert_allclose(spot.box, [700, 1000, 20, 40], atol=7)
    assert detector.seen == [(100, 75, 3), *[(96, 72, 3)] * 4]


def test_a_photo_too_small_for_tiles_has_none(tmp_path: Path) -> None:
    """Its original is not even opened."""
    rendition = photo(tmp_path / "rendition.png", (40, 30))
    detector = RedSpots()

    detect_objects([ToSearch(rendition, 1.0, tmp_path / "none")], detector, Tiling(3, 0.45))

    assert detector.seen == [(30, 40, 3)]
