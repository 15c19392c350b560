"""How many vehicles are found, how many are invented, and what tiles add and cost.

    .venv/bin/python benchmarks/vehicles.py --corpus FOLDER [--model FILE] [--tiles 1 2 3]

The folder's MANIFEST.csv says what is to be seen: the column `expected` holds `boxes` of vehicles,
or says whether there is a `vehicle`. Photos are fitted as renditions are, and looked at with the
default settings. Times are processor time of this process, all ways at one photo after another, so
that ratios hold.
"""

import argparse
import csv
import json
import statistics
import tempfile
import time
from pathlib import Path

from PIL import Image

from darkroom.evaluation.vehicles import (
    SearchedPhoto,
    Size,
    known_vehicles,
    score_vehicles,
    shows_vehicle,
)
from darkroom.imaging.renditions import reduced_rgb
from darkroom.recognition.detecting import Tiling, ToSearch, detect_objects
from darkroom.rows import Detection
from darkroom.settings import DetectorSettings, RenditionSettings
from resources.detectors.choice import detector


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--model", type=Path, help="models/yolox_nano.onnx of the corpus otherwise")
    parser.add_argument("--tiles", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--every", type=int, default=1, help="take only every so many files")
    asked = parser.parse_args()
    with (asked.corpus / "MANIFEST.csv").open(newline="") as file:
        rows = [(row["path"], json.loads(row["expected"])) for row in csv.DictReader(file)]
    settings = DetectorSettings(model=str(asked.model or asked.corpus / "models/yolox_nano.onnx"))
    model = detector(settings, default_model=Path())
    assert model is not None  # noqa: S101 - it is named, so it is there or refused
    chosen = [
        (path, answers)
        for path, answers in rows
        if path.startswith(("vehicles/", "photos/"))
        and (known_vehicles(answers) is not None or shows_vehicle(answers) is not None)
    ]
    found: dict[int, list[SearchedPhoto]] = {tiles: [] for tiles in asked.tiles}
    seconds: dict[int, list[float]] = {tiles: [] for tiles in asked.tiles}
    for path, answers in chosen[:: asked.every]:
        for tiles in asked.tiles:
            tiling = Tiling(tiles, settings.max_overlap)
            with tempfile.TemporaryDirectory() as folder:
                photo = _rendered(asked.corpus / path, Path(folder))
                start = time.process_time()
                [objects] = detect_objects([photo], model, tiling)
                seconds[tiles].append(time.process_time() - start)
            found[tiles].append(_searched(path, answers, objects))
    whole = sum(seconds[asked.tiles[0]])
    for tiles in asked.tiles:
        _print(f"tiles: {tiles}", found[tiles], seconds[tiles], sum(seconds[tiles]) / whole)


def _rendered(original: Path, folder: Path) -> ToSearch:
    pixels, scale = reduced_rgb(original, long_edge_px=RenditionSettings().long_edge_px)
    rendition = folder / "rendition.png"
    Image.fromarray(pixels).save(rendition, compress_level=1)
    return ToSearch(rendition, scale, original)


def _searched(path: str, answers: dict[str, object], objects: list[Detection]) -> SearchedPhoto:
    return SearchedPhoto(path, known_vehicles(answers), shows_vehicle(answers), objects)


def _print(name: str, found: list[SearchedPhoto], seconds: list[float], times: float) -> None:
    score = score_vehicles(found)
    sizes = ", ".join(f"{size} {score.found[size]} of {score.boxes[size]}" for size in Size)
    print(
        f"{name}: {sum(score.found.values())} of {sum(score.boxes.values())} boxes ({sizes}),"
        f" {score.beside} others; a vehicle on {score.seen} of {score.with_vehicle} photos of one;"
        f" false alarms on {len(score.false_alarms)} of {score.without_vehicle} photos;"
        f" {statistics.median(seconds) * 1000:.1f} ms in the median,"
        f" {statistics.mean(seconds) * 1000:.1f} ms in the mean, {times:.1f} times the first"
    )
    for photo in score.false_alarms:
        print(f"  {photo}")


if __name__ == "__main__":
    main()
