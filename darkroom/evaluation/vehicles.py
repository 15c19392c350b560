"""How well vehicles are found on photos whose vehicles are known."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from darkroom.recognition.boxes import Boxes, overlaps
from darkroom.rows import Detection

VEHICLES = frozenset(("car", "motorcycle", "bus", "truck"))
"""Labels that count. What floats, flies or runs on rails or by foot does not."""

SAME_OBJECT = 0.5
"""Intersection over union from which a box is found, as COCO's AP50 counts it."""


class Size(StrEnum):
    """By the area of the box in pixels of the photo, as COCO divides them."""

    SMALL = "small"
    MEDIUM = "medium"
    LARGE = "large"


_MEDIUM_PX, _LARGE_PX = 32**2, 96**2


@dataclass(frozen=True, slots=True)
class Vehicle:
    """One that is known to be on a photo. Its box is `[x, y, width, height]` in pixels."""

    label: str
    box: Sequence[float]

    @property
    def size(self) -> Size:
        area = self.box[2] * self.box[3]
        if area < _MEDIUM_PX:
            return Size.SMALL
        return Size.MEDIUM if area < _LARGE_PX else Size.LARGE


@dataclass(frozen=True, slots=True)
class SearchedPhoto:
    """One photo: what it is known to show, and what was found on it."""

    photo: str
    vehicles: Sequence[Vehicle] | None
    """None where nobody has drawn boxes."""
    shows_vehicle: bool | None
    """None where nobody knows."""
    found: Sequence[Detection]


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleScore:
    """Photos in the order in which they were given."""

    boxes: Mapping[Size, int]
    """Vehicles whose boxes are known."""
    found: Mapping[Size, int]
    """Of these, those with a box of the same label in the same place, each box counted once."""
    beside: int
    """Boxes on these photos that are none of the known ones: wrong, or of a vehicle found twice or
    not drawn."""
    with_vehicle: int
    """Photos without boxes that are known to show a vehicle."""
    seen: int
    """Of these, those on which one was found."""
    without_vehicle: int
    false_alarms: list[str]
    """Photos that are known to show no vehicle, and on which one was found."""


def known_vehicles(answers: Mapping[str, Any]) -> list[Vehicle] | None:
    """The boxes of a photo, out of what a manifest's column `expected` says of it."""
    if "boxes" not in answers:
        return None
    photo_width, photo_height = answers["wh"]
    return [
        Vehicle(
            label,
            [
                (x - width / 2) * photo_width,
                (y - height / 2) * photo_height,
                width * photo_width,
                height * photo_height,
            ],
        )
        for label, x, y, width, height in answers["boxes"]
        if label in VEHICLES
    ]


def shows_vehicle(answers: Mapping[str, Any]) -> bool | None:
    """Whether a photo shows a vehicle; None where it is not said.

    That it shows none counts where all COCO labels were looked for, and `coco_classes` lists them.
    """
    shown = answers.get("vehicle")
    if shown is True or (shown is False and "coco_classes" in answers):
        return shown
    return None


def score_vehicles(photos: Sequence[SearchedPhoto]) -> VehicleScore:
    """Labels other than `VEHICLES` do not count, neither as found nor as false."""
    boxes: Counter[Size] = Counter()
    found: Counter[Size] = Counter()
    beside = 0
    for photo in photos:
        if photo.vehicles is not None:
            hits = _hits(photo.vehicles, _vehicles(photo))
            boxes.update(each.size for each in photo.vehicles)
            found.update(each.size for each in hits)
            beside += len(_vehicles(photo)) - len(hits)
    whole = [photo for photo in photos if photo.vehicles is None]
    with_vehicle = [photo for photo in whole if photo.shows_vehicle is True]
    without = [photo for photo in whole if photo.shows_vehicle is False]
    return VehicleScore(
        boxes={size: boxes[size] for size in Size},
        found={size: found[size] for size in Size},
        beside=beside,
        with_vehicle=len(with_vehicle),
        seen=sum(bool(_vehicles(photo)) for photo in with_vehicle),
        without_vehicle=len(without),
        false_alarms=[photo.photo for photo in without if _vehicles(photo)],
    )


def _vehicles(photo: SearchedPhoto) -> list[Detection]:
    return [each for each in photo.found if each.label in VEHICLES]


def _hits(known: Sequence[Vehicle], found: Sequence[Detection]) -> list[Vehicle]:
    """Known vehicles that were found. The surest boxes choose first, each the one it fits best."""
    left = list(known)
    hits = []
    for each in sorted(found, key=lambda one: -one.score):
        rivals = [vehicle for vehicle in left if vehicle.label == each.label]
        if not rivals:
            continue
        shares = overlaps(_corners([each.box])[0], _corners([one.box for one in rivals]))
        best = int(shares.argmax())
        if shares[best] >= SAME_OBJECT:
            hits.append(rivals[best])
            left.remove(rivals[best])
    return hits


def _corners(boxes: Sequence[Sequence[float]]) -> Boxes:
    corners = np.array(boxes, dtype=np.float32)
    corners[:, 2:] += corners[:, :2]
    return corners
