"""Scores of finding vehicles, on answers made up here and on real ones."""

import csv
import json
from pathlib import Path

import pytest

from darkroom.evaluation.vehicles import (
    SearchedPhoto,
    Size,
    Vehicle,
    VehicleScore,
    known_vehicles,
    score_vehicles,
    shows_vehicle,
)
from darkroom.recognition.detecting import Tiling, ToSearch, detect_objects
from darkroom.rows import Detection
from darkroom.settings import DetectorSettings
from resources.detectors.choice import detector


def found(label: str, score: float, *box: float) -> Detection:
    return Detection(label=label, score=score, box=list(box))


def test_vehicles_are_found_missed_or_imagined() -> None:
    """A box is found once, by its label, where half of the common area is shared."""
    street = SearchedPhoto(
        "street",
        [
            Vehicle("car", [0, 0, 100, 100]),
            Vehicle("car", [200, 0, 40, 40]),
            Vehicle("bus", [300, 0, 10, 10]),
            Vehicle("truck", [400, 0, 10, 10]),
        ],
        None,
        [
            found("car", 0.9, 0, 0, 100, 60),
            found("car", 0.8, 0, 0, 100, 100),
            found("car", 0.7, 200, 0, 40, 19),
            found("truck", 0.6, 300, 0, 10, 10),
            found("truck", 0.5, 400, 0, 10, 10),
            found("boat", 0.5, 500, 0, 10, 10),
        ],
    )
    car = [found("car", 0.9, 0, 0, 1, 1)]
    photos = [
        street,
        SearchedPhoto("plate", None, True, car),
        SearchedPhoto("plate, missed", None, True, []),
        SearchedPhoto("kitchen", None, False, []),
        SearchedPhoto("harbour", None, False, [found("boat", 0.9, 0, 0, 1, 1)]),
        SearchedPhoto("imagined", None, False, car),
        SearchedPhoto("unknown", None, None, car),
    ]

    assert score_vehicles(photos) == VehicleScore(
        boxes={Size.SMALL: 2, Size.MEDIUM: 1, Size.LARGE: 1},
        found={Size.SMALL: 1, Size.MEDIUM: 0, Size.LARGE: 1},
        beside=3,
        with_vehicle=2,
        seen=1,
        without_vehicle=3,
        false_alarms=["imagined"],
    )


def test_what_a_manifest_expects_is_boxes_or_whether_there_is_any() -> None:
    """Boxes are shares around their middle; what is no road vehicle is left out."""
    boxes = [["car", 0.5, 0.5, 0.25, 0.5], ["train", 0.5, 0.5, 1, 1]]

    assert known_vehicles({"boxes": boxes, "wh": [400, 200]}) == [
        Vehicle("car", [150, 50, 100, 100])
    ]
    assert known_vehicles({"vehicle": True, "wh": [400, 200]}) is None
    answers = [{"vehicle": True}, {"vehicle": False, "coco_classes": []}, {"vehicle": False}, {}]
    assert [shows_vehicle(each) for each in answers] == [True, False, None, None]


@pytest.mark.corpus
@pytest.mark.parametrize(
    ("tiles", "sizes", "every", "false_alarms"), [(1, (3, 4, 13), 1, 0), (3, (12, 6, 13), 5, 1)]
)
def test_so_many_vehicles_of_real_photos_are_found(
    corpus: Path, tiles: int, sizes: tuple[int, ...], every: int, false_alarms: int
) -> None:
    """YOLOX-Nano finds at least as many of 70, and imagines some on no more of 80 photos.

    With tiles only every fifth of those is looked at.
    """
    settings = DetectorSettings(model=str(corpus / "models" / "yolox_nano.onnx"))
    model = detector(settings, default_model=Path())
    assert model is not None
    with (corpus / "MANIFEST.csv").open(newline="") as file:
        rows = [(row["path"], json.loads(row["expected"])) for row in csv.DictReader(file)]
    known = [(path, known_vehicles(answers), shows_vehicle(answers)) for path, answers in rows]
    without = [row for row in known if row[2] is False]
    photos = []
    for path, vehicles, shown in [row for row in known if row[1] is not None] + without[::every]:
        # No larger than a rendition, so that they are their own.
        photo = ToSearch(corpus / path, 1.0, corpus / path)
        [objects] = detect_objects([photo], model, Tiling(tiles, settings.max_overlap))
        photos.append(SearchedPhoto(path, vehicles, shown, objects))

    score = score_vehicles(photos)

    assert [score.boxes[size] for size in Size] == [48, 8, 14]
    assert all(score.found[size] >= least for size, least in zip(Size, sizes, strict=True))
    assert len(without) == 80
    assert len(score.false_alarms) <= false_alarms
