import csv
import http.client
from http import HTTPStatus
from pathlib import Path

import pytest
import zxingcpp
from PIL import ExifTags, Image, ImageOps

from darkroom.imaging.examination import ExaminationSettings, examine
from darkroom.outcomes import Outcome, Reason
from darkroom.samples.drawing import Sample, draw_samples, write_manifest
from darkroom.samples.server import serve
from darkroom.settings import HashSettings, RenditionSettings, ValidationSettings


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Sample]]:
    folder = tmp_path_factory.mktemp("samples")
    return folder, draw_samples(folder)


def test_every_sample_but_the_missing_one_is_a_file(drawn: tuple[Path, list[Sample]]) -> None:
    """The list and the folder agree."""
    folder, samples = drawn

    assert {path.name for path in folder.iterdir()} | {"gone.jpg"} == {
        sample.filename for sample in samples
    }


def test_drawing_again_gives_the_same_bytes(
    drawn: tuple[Path, list[Sample]], tmp_path: Path
) -> None:
    """A second import of the samples finds nothing new."""
    folder, _ = drawn
    draw_samples(tmp_path)

    for path in folder.iterdir():
        assert path.read_bytes() == (tmp_path / path.name).read_bytes()


def test_the_checks_judge_every_sample_as_its_line_says(
    drawn: tuple[Path, list[Sample]], tmp_path: Path
) -> None:
    """With default settings, sound samples pass and each of the others has its one reason."""
    folder, samples = drawn
    settings = ExaminationSettings(
        validation=ValidationSettings(), hashes=HashSettings(), renditions=RenditionSettings()
    )
    reasons = {
        sample.filename: examine(
            folder / sample.filename, filename=sample.filename, settings=settings, scratch=tmp_path
        ).reasons
        for sample in samples
        if sample.expected is not Outcome.FAILED
    }

    assert reasons == {sample.filename: [] for sample in samples if sample.expected == "done"} | {
        "shaken.jpg": [Reason.BLURRY],
        "night.jpg": [Reason.DARK],
        "cut-off.jpg": [Reason.TRUNCATED],
        "error-page.jpg": [Reason.NOT_AN_IMAGE],
    }


def test_one_photo_is_stored_on_its_side(drawn: tuple[Path, list[Sample]]) -> None:
    """Its pixels are a landscape, its orientation makes it a portrait."""
    folder, _ = drawn
    with Image.open(folder / "dunes.jpg") as dunes:
        assert dunes.size == (1600, 1200)
        assert dunes.getexif()[ExifTags.Base.Orientation] == 6
        assert ImageOps.exif_transpose(dunes).size == (1200, 1600)


def test_the_label_holds_a_code(drawn: tuple[Path, list[Sample]]) -> None:
    """A reader finds the text that was written."""
    folder, _ = drawn
    with Image.open(folder / "parcel.jpg") as parcel:
        assert [code.text for code in zxingcpp.read_barcodes(parcel)] == ["DR-2024-000417"]


def test_a_cut_off_jpeg_has_no_end(drawn: tuple[Path, list[Sample]]) -> None:
    """It opens, and cannot be decoded."""
    folder, _ = drawn
    with (
        Image.open(folder / "cut-off.jpg") as cut_off,
        pytest.raises(OSError, match="truncated"),
    ):
        cut_off.load()


def test_the_manifest_names_every_sample_by_its_url(tmp_path: Path) -> None:
    """URL, what it shows, and the outcome to expect; odd names are quoted."""
    manifest = write_manifest(
        tmp_path, [Sample("a b#1.jpg", "commas, too", Outcome.DONE)], "http://127.0.0.1:81"
    )

    assert manifest == tmp_path / "sample.csv"
    assert list(csv.reader(manifest.read_text("utf-8").splitlines())) == [
        ["url", "shows", "expected"],
        ["http://127.0.0.1:81/a%20b%231.jpg", "commas, too", "done"],
    ]


def test_the_server_gives_files_and_answers_404_for_the_rest(tmp_path: Path) -> None:
    """Whole files come over; what is missing, and the folder itself, is not found."""
    (tmp_path / "a.jpg").write_bytes(b"bytes of a photo")

    with serve(tmp_path, port=0) as address:
        connection = http.client.HTTPConnection(address.removeprefix("http://"))
        answers = []
        for path in ("/a.jpg", "/gone.jpg", "/"):
            connection.request("GET", path)
            answer = connection.getresponse()
            body = answer.read()
            answers.append((path, answer.status, body if answer.status == HTTPStatus.OK else b""))
        connection.close()

    assert answers == [
        ("/a.jpg", HTTPStatus.OK, b"bytes of a photo"),
        ("/gone.jpg", HTTPStatus.NOT_FOUND, b""),
        ("/", HTTPStatus.NOT_FOUND, b""),
    ]


def test_two_servers_run_side_by_side(tmp_path: Path) -> None:
    """A port in use is no obstacle: the second takes another."""
    with serve(tmp_path, port=0) as first:
        port = int(first.rsplit(":", 1)[1])
        with serve(tmp_path, port=port) as second:
            assert first != second
