"""What worker processes do to find objects on photos."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from darkroom.imaging.crops import crop_quality
from darkroom.imaging.decoding import load_rgb
from darkroom.imaging.renditions import reduced_rgb
from darkroom.ports import ObjectDetector, RgbImage
from darkroom.recognition.tiles import Tile, is_cut_off, merged, span, tiles_of, worth_while
from darkroom.rows import Detection

_TRAINED_AT = 1.5
"""Pixels of a photo per pixel that networks are shown of it, about: COCO's photos of 640 pixels are
looked at in 416. More are averaged away before."""


@dataclass(frozen=True, slots=True)
class Tiling:
    """How tiles are laid over a photo, and their findings merged."""

    per_side: int
    """1: the whole view alone."""
    max_overlap: float
    """Intersection over union above which two boxes are of one object."""

    @property
    def views(self) -> int:
        """Images that are looked at of one photo, at most."""
        return 1 + (self.per_side**2 if self.per_side > 1 else 0)


@dataclass(frozen=True, slots=True)
class ToSearch:
    """A photo that objects are looked for on."""

    rendition: Path
    """The whole view."""
    scale: float
    """Pixels of the upright original per pixel of the rendition."""
    original: Path | None = None
    """Where tiles are taken from, if they are."""


def detect_objects(
    photos: Sequence[ToSearch], detector: ObjectDetector, tiling: Tiling
) -> list[list[Detection]]:
    """Objects on each photo, best score first, in pixels of its upright original."""
    looks = [list(_looks(photo, detector.input_px, tiling.per_side)) for photo in photos]
    answers = iter(detector.detect([look.image for of_photo in looks for look in of_photo]))
    return [
        _with_quality(
            merged(
                [look.in_photo(next(answers)) for look in of_photo],
                max_overlap=tiling.max_overlap,
            ),
            of_photo[0],
        )
        for of_photo in looks
    ]


@dataclass(frozen=True, slots=True)
class _Look:
    """The whole photo or a tile of it, and where that stands."""

    image: RgbImage
    scale: float
    """Pixels of the upright original per pixel of the image."""
    tile: Tile | None = None
    size: tuple[int, int] = (0, 0)
    """Width and height of what the tile is a part of."""

    def in_photo(self, found: Sequence[Detection]) -> list[Detection]:
        """In pixels of the upright original, without what the tile has cut off."""
        if self.tile is None:
            return [self._moved(each, 0, 0) for each in found]
        width, height = self.size
        return [
            self._moved(each, self.tile.left, self.tile.top)
            for each in found
            if not is_cut_off(each.box, self.tile, width=width, height=height)
        ]

    def _moved(self, found: Detection, left: int, top: int) -> Detection:
        x, y, width, height = found.box
        box = [side * self.scale for side in (x + left, y + top, width, height)]
        # A tenth of a pixel is finer than any engine knows.
        return found.model_copy(update={"box": [round(side, 1) for side in box]})


def _looks(photo: ToSearch, input_px: int, per_side: int) -> Iterator[_Look]:
    """The whole first, then its tiles."""
    whole = load_rgb(photo.rendition)
    yield _Look(whole, photo.scale)
    long_edge_px = round(max(whole.shape[:2]) * photo.scale)
    per_side = worth_while(long_edge_px, per_side, input_px=input_px)
    if photo.original is None or per_side == 1:
        return
    wanted_px = round(_TRAINED_AT * span(per_side) * input_px)
    image, scale = reduced_rgb(photo.original, long_edge_px=wanted_px)
    height, width = image.shape[:2]
    for tile in tiles_of(width, height, per_side):
        part = image[tile.top : tile.top + tile.height, tile.left : tile.left + tile.width]
        yield _Look(np.ascontiguousarray(part), scale, tile, (width, height))


def _with_quality(found: Sequence[Detection], whole: _Look) -> list[Detection]:
    """Measured on the rendition, whichever view showed the object: so figures can be compared."""
    image = Image.fromarray(whole.image)
    return [
        each.model_copy(
            update={"quality": crop_quality(image, [side / whole.scale for side in each.box])}
        )
        for each in found
    ]
