"""Evaluation of finding vehicles."""

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from PIL import Image

from darkroom.evaluation.corpus import KnownPhoto
from darkroom.evaluation.subjects.subject import Costs, Figure, Row, by_kind
from darkroom.evaluation.vehicles import (
    SearchedPhoto,
    Size,
    known_vehicles,
    score_vehicles,
    shows_vehicle,
)
from darkroom.imaging.renditions import encode, reduced_rgb
from darkroom.ports import ObjectDetector
from darkroom.recognition.detecting import Tiling, ToSearch, detect_objects
from darkroom.settings import RenditionSettings

STREET, VEHICLE, NO_VEHICLE = "street", "vehicle", "no vehicle"
_FOLDERS = ("vehicles", "photos")


class Vehicles:
    """On streets boxes are drawn; of other photos it is known whether they show a vehicle."""

    name = "vehicles"

    def __init__(
        self,
        corpus: Sequence[KnownPhoto],
        ways: Mapping[str, Tiling],
        *,
        detector: ObjectDetector,
        renditions: RenditionSettings,
    ) -> None:
        self.engine = f"{detector.version}, " + ", ".join(
            f"{way}: tiles {tiling.per_side}" for way, tiling in ways.items()
        )
        self._ways = ways
        self._detector = detector
        self._renditions = renditions
        self._costs = Costs()
        self.photos = by_kind(corpus, _kind)
        self._found: dict[str, dict[str, SearchedPhoto]] = {way: {} for way in ways}

    def look(self, kind: str, photo: KnownPhoto) -> None:
        with tempfile.TemporaryDirectory() as folder:
            pixels, scale = reduced_rgb(photo.file, long_edge_px=self._renditions.long_edge_px)
            rendition = encode(Image.fromarray(pixels), self._renditions, Path(folder))
            wanted = ToSearch(rendition.path, scale, photo.file)
            for way, tiling in self._ways.items():
                with self._costs.of(kind, way):
                    [objects] = detect_objects([wanted], self._detector, tiling)
                boxes, shown = known_vehicles(photo.answers), shows_vehicle(photo.answers)
                self._found[way][photo.name] = SearchedPhoto(photo.name, boxes, shown, objects)

    def rows(self) -> list[Row]:
        return [
            self._row(kind, way, [found[photo.name] for photo in photos if photo.name in found])
            for kind, photos in self.photos.items()
            for way, found in self._found.items()
        ]

    def _row(self, kind: str, way: str, photos: Sequence[SearchedPhoto]) -> Row:
        score = score_vehicles(photos)
        figures: dict[str, Figure] = {}
        if kind == STREET:
            for size in reversed(Size):
                figures |= {str(size): score.boxes[size], f"{size} found": score.found[size]}
            figures["other boxes"] = score.beside
        elif kind == VEHICLE:
            figures["seen"] = score.seen
        else:
            figures["false alarms"] = len(score.false_alarms)
        costs = self._costs.figures(kind, way)
        return Row(kind, way, len(photos), figures | costs, score.false_alarms)


def _kind(photo: KnownPhoto) -> str | None:
    """None for a photo of which nothing is known."""
    if photo.folder not in _FOLDERS:
        return None
    if known_vehicles(photo.answers) is not None:
        return STREET
    shown = shows_vehicle(photo.answers)
    return None if shown is None else VEHICLE if shown else NO_VEHICLE
