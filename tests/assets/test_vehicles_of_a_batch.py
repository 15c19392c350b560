"""Vehicles, from the model in the home to results, report and `darkroom show`."""

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PIL import Image
from typer.testing import CliRunner

from orchestration.announcing import announce
from orchestration.command_line.main import app
from orchestration.intake import Sender, take_in

if TYPE_CHECKING:
    from tests.assets.conftest import Pipeline


@pytest.mark.corpus
def test_what_stands_on_a_truck_is_the_trucks(
    pipeline: "Pipeline", corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With tiles, several photos at once, and the model found in the home."""
    monkeypatch.setenv("DARKROOM_DETECTOR__TILES", "2")
    monkeypatch.setenv("DARKROOM_DETECTOR__BATCH_SIZE", "10")
    monkeypatch.setenv("COLUMNS", "200")
    home, inside = pipeline.adapters.home, pipeline.folder / "street"
    home.models.mkdir(parents=True)
    shutil.copy(corpus / "models" / "yolox_nano.onnx", home.models)
    inside.mkdir()
    shutil.copy(corpus / "vehicles" / "benchmarks__endtoend_us_car2.jpg", inside / "truck.jpg")
    shutil.copy(corpus / "vehicles" / "yolov5__data_images_bus.jpg", inside / "bus.jpg")
    [batch] = take_in(pipeline.adapters, str(inside), Sender("me")).batches
    announce(pipeline.instance, [batch])
    run = pipeline.run(batch)

    def said(*arguments: str) -> str:
        asked = [*arguments, "--home", str(home.root)]
        return CliRunner().invoke(app, asked, catch_exceptions=False).stdout

    results = map(json.loads, said("results", batch.key, "--format", "jsonl").splitlines())
    found = {each["filename"]: each for each in results}
    truck, bus = (found[name]["detections"][0] for name in ("truck.jpg", "bus.jpg"))
    words = [found["truck.jpg"]["words"][word]["text"] for word in truck["words"]]

    assert run.success
    assert (truck["label"], bus["label"]) == ("truck", "bus")
    assert "Rental" in truck["text"]
    assert " ".join(words) == truck["text"]
    assert truck["quality"]["sharpness"] > 100
    assert "findings" in run.metadata["batch_report"]
    with Image.open(home.store / "reports" / batch.key / "findings.jpg") as findings:
        assert findings.size[0] == 2 * (480 + 16) + 16
    shown = said("show", f"{batch.key}/{found['truck.jpg']['photo_id']}")
    assert f"truck {truck['score']:.2f}, sharpness" in shown
    assert "picture: " in shown
