"""Unique IDs, from the label on a photo to the report of its batch."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
import zxingcpp
from PIL import Image
from typer.testing import CliRunner

from darkroom.samples import scenes
from orchestration.announcing import announce
from orchestration.command_line.main import app
from orchestration.intake import Sender, take_in

if TYPE_CHECKING:
    from tests.assets.conftest import Pipeline

PATTERNS = [
    {"name": "parcel", "pattern": r"PARCEL/(?P<id>\d{12})(?P<check>\d)", "checksum": "gtin"}
]


def _labelled(path: Path, *numbers: str) -> None:
    picture = scenes.lake((640, 480))
    for place, number in enumerate(numbers):
        code = zxingcpp.create_barcode(f"PARCEL/{number}", zxingcpp.BarcodeFormat.QRCode)
        label = Image.fromarray(np.asarray(zxingcpp.write_barcode_to_image(code, scale=4)))
        picture.paste(label.convert("RGB"), (20 + place * 200, 20))
    picture.save(path, "JPEG", quality=95)


def test_ids_that_disagree_are_reported_and_none_is_taken(
    pipeline: "Pipeline", monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two labels with right check digits; one with a wrong one beside it says nothing."""
    monkeypatch.setenv("DARKROOM_CODES__UNIQUE_IDS", json.dumps(PATTERNS))
    monkeypatch.setenv("COLUMNS", "200")
    inside = pipeline.folder / "labels"
    inside.mkdir()
    _labelled(inside / "one.jpg", "9780804816632", "9780804816639")
    _labelled(inside / "two.jpg", "9780804816632", "9784872348880")
    [batch] = take_in(pipeline.adapters, str(inside), Sender("me")).batches
    announce(pipeline.instance, [batch])
    run = pipeline.run(batch)

    def said(*arguments: str) -> str:
        home = str(pipeline.adapters.home.root)
        return CliRunner().invoke(app, [*arguments, "--home", home], catch_exceptions=False).stdout

    one, two = map(json.loads, said("results", batch.key, "--format", "jsonl").splitlines())
    assert run.success
    assert (one["unique_id"], one["unique_id_source"]) == ("978080481663", "code")
    assert (two["unique_id"], two["unique_id_source"]) == (None, None)
    assert [each["id"] for each in two["unique_id_candidates"]] == ["978080481663", "978487234888"]
    assert one["unique_id_candidates"][0]["polygon"] == one["codes"][0]["polygon"]
    report = run.metadata["batch_report"]
    assert report["unique_ids"] == 1
    assert [record.data for record in report["unique_ids_that_disagree"].records] == [
        {
            "photo": two["photo_id"],
            "file": "two.jpg",
            "found": f"{found} in the QRCode, by parcel",
        }
        for found in ("978080481663", "978487234888")
    ]
    assert "IDs that disagree: 978080481663, 978487234888" in said("results", batch.key)
    assert report["findings"].startswith("![findings](data:image/jpeg;base64,/9j/")
    shown = said("show", f"{batch.key}/{two['photo_id']}")
    picture = pipeline.adapters.home.shown / batch.key / f"{two['photo_id']}.jpg"
    assert f"picture: {picture}" in shown
    assert "these disagree: 978080481663, 978487234888" in shown
    assert "978487234888 in the QRCode, by parcel" in shown
