"""`darkroom evaluate`, on a small corpus that is drawn here."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import zxingcpp
from PIL import Image, ImageDraw, ImageFont

from darkroom.samples import scenes

if TYPE_CHECKING:
    from tests.orchestration.command_line.conftest import Command

LINES = ["Report of the day", "Front left door"]


@pytest.fixture
def small_corpus(tmp_path: Path) -> Path:
    """A page, a plain photo and its mirrored copy, a QR code, an image that shows none, a ruin."""
    folder = tmp_path / "corpus"
    for each in ("ocr", "photos", "neardup", "qr"):
        (folder / each).mkdir(parents=True)
    page = Image.new("L", (900, 300), 255)
    for number, line in enumerate(LINES):
        place = (60, 50 + 100 * number)
        ImageDraw.Draw(page).text(place, line, font=ImageFont.load_default(44), fill=0)
    page.save(folder / "ocr/page.png")
    lake = scenes.lake((640, 480), seed=1)
    lake.save(folder / "photos/lake.png")
    lake.transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(folder / "neardup/mirrored.png")
    code = zxingcpp.create_barcode("parcel 7", zxingcpp.BarcodeFormat.QRCode)
    Image.fromarray(zxingcpp.write_barcode_to_image(code, scale=6)).save(folder / "qr/code.png")
    for empty in ("qr/empty.png", "ocr/empty.png"):
        scenes.meadow((320, 240), seed=2).save(folder / empty)
    (folder / "photos/ruin.jpg").write_bytes(b"no photo")
    answers = {
        "ocr/page.png": {"kind": "form", "lines": LINES},
        "ocr/empty.png": {"text": ""},
        "photos/lake.png": {"upright_group": "lake"},
        "neardup/mirrored.png": {"dup_group": "lake"},
        "qr/code.png": {"qr": "parcel 7"},
        "qr/empty.png": {},
        "photos/ruin.jpg": {},
    }
    with (folder / "MANIFEST.csv").open("w") as file:
        file.write("path,expected\n")
        for path, known in answers.items():
            file.write('{},"{}"\n'.format(path, json.dumps(known).replace('"', '""')))
    return folder


def test_figures_stand_beside_those_of_plain_calls(darkroom: "Command", small_corpus: Path) -> None:
    """By kind and way; without a model vehicles are left out, and a ruin counts nowhere."""
    ended = darkroom("evaluate", str(small_corpus), "--plain", "--format", "json")

    assert ended.code == 0, ended.complained
    said = json.loads(ended.said)
    figures = {
        (subject, row["kind"], row["way"]): (row["photos"], _without_costs(row["figures"]))
        for subject, evaluated in said["subjects"].items()
        for row in evaluated["figures"]
    }
    read = {"expected": 6, "found": 6, "recall": 1.0, "precision": 1.0, "invented": None}
    none = {"expected": 0, "found": 0, "recall": None, "precision": None, "invented": 0}
    code = {"known": 1, "right": 1, "missed": 0, "wrong": 0, "without code": 0, "false": 0}
    empty = code | {"known": 0, "right": 0, "without code": 1}
    both = {
        ("texts", "form"): (1, read),
        ("texts", "no text"): (1, none),
        ("texts", "photo"): (1, {"photos with text": 0, "characters": 0}),
        ("codes", "qr"): (1, code),
        ("codes", "no code"): (1, empty),
        ("codes", "photo"): (1, empty),
        ("codes", "all"): (3, code | {"without code": 2}),
    }
    expected = {(*key, way): row for key, row in both.items() for way in ("plain", "as set")}
    for way, found in (("plain", 0), ("as set", 1)):
        expected["lookalikes", "lake", way] = (2, {"pairs": 1, "found": found})
        expected["lookalikes", "all", way] = (2, {"pairs": 1, "found": found, "others": 0})
    assert figures == expected
    assert [each["unreadable"] for each in said["subjects"].values()] == 3 * [
        ["photos/ruin.jpg: not_an_image: the file does not begin like any image format"]
    ]
    assert said["settings"]["ocr"]["engine"] == "tesserocr"
    assert "vehicles are left out: there is no detector model" in ended.complained
    assert "texts: 4 of 4 photos" in ended.complained


def test_one_subject_alone_is_a_table(darkroom: "Command", small_corpus: Path) -> None:
    """With the engine and its settings above, and what could not be read below."""
    ended = darkroom("evaluate", str(small_corpus), "--only", "codes")

    assert ended.code == 0
    assert ended.said.startswith("codes: zxing-cpp, all symbologies, as set: effort quick\n")
    assert "not read, and not counted: photos/ruin.jpg" in ended.said
    assert "texts" not in ended.said + ended.complained


def test_vehicles_without_a_model_are_refused_with_the_way_to_get_one(
    darkroom: "Command", small_corpus: Path
) -> None:
    """Who asks for them alone is not given nothing."""
    ended = darkroom("evaluate", str(small_corpus), "--only", "vehicles")

    assert (ended.code, ended.said) == (2, "")
    assert "darkroom models fetch yolox_nano" in ended.complained


def test_a_folder_that_is_no_corpus_is_refused(darkroom: "Command", tmp_path: Path) -> None:
    """In one sentence."""
    ended = darkroom("evaluate", str(tmp_path))

    why = "there is no MANIFEST.csv; docs/evaluation.md says what a corpus holds"
    assert (ended.code, ended.complained) == (2, f"darkroom: {tmp_path}: {why}\n")


def _without_costs(figures: dict[str, object]) -> dict[str, object]:
    return {name: figure for name, figure in figures.items() if not name.startswith("ms ")}
