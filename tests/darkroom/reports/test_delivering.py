"""The list of results that is delivered beside the photos."""

import csv
import io
from datetime import UTC, datetime

import pytest

from darkroom.reports.delivering import COLUMNS, results_csv, results_name
from darkroom.results import PhotoResult, StageFailure, Verdict
from darkroom.rows import Code
from darkroom.storage.object_names import is_object_name


def result(**more: object) -> PhotoResult:
    given = {"batch": "b", "photo_id": "1", "filename": "f", "uri": "u", "outcome": "done"}
    return PhotoResult.model_validate(given | more)


def row(written: PhotoResult) -> dict[str, str]:
    text = results_csv([written]).decode()
    [read] = csv.DictReader(io.StringIO(text, newline=""))
    return read


def test_every_field_but_the_words_has_a_column() -> None:
    """A field that results gain must be given a column."""
    assert set(COLUMNS) == set(PhotoResult.model_fields) - {"words"}


def test_an_empty_list_has_its_header() -> None:
    """No photos, but the columns are said."""
    assert results_csv([]) == ",".join(COLUMNS).encode() + b"\r\n"


@pytest.mark.parametrize(
    "text",
    [
        '=HYPERLINK("http://evil.example")',
        "+1+1",
        "-2+3",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "＝1+1",
        "  =1+1",
        "\u00a0@SUM(A1)",
        '"=1+1',
        "'=1+1",
        "\ufeff\u200b=1+1",
        "\u2212 1",
    ],
)
def test_a_stranger_s_formula_is_text(text: str) -> None:
    """No cell that a stranger filled begins as a formula does."""
    read = row(result(filename=text, text=text, camera=text, reasons=[text], unique_id=text))

    assert [read[name] for name in ("filename", "text", "camera", "reasons", "unique_id")] == [
        "'" + text
    ] * 5


def test_numbers_stay_numbers() -> None:
    """A latitude below zero is not a formula."""
    read = row(result(latitude=-33.9, longitude=0.0, width=4000, text_confidence=0.5))

    assert [read[name] for name in ("latitude", "longitude", "width", "text_confidence")] == [
        "-33.9",
        "0.0",
        "4000",
        "0.5",
    ]


def test_whatever_a_cell_holds_comes_back() -> None:
    """Commas, quotes, line breaks and letters of any script survive the way."""
    text = 'one, "two"\r\nthree\nété 写真 \U0001f4f7'

    assert row(result(text=text))["text"] == text


def test_findings_are_words_or_json() -> None:
    """Reasons read as words; what has parts is JSON; nothing found is an empty cell."""
    read = row(
        result(
            reasons=["dark", "width"],
            checks={"dark": Verdict(value=0.1, threshold=0.32, verdict="reject")},
            codes=[Code(symbology="QRCode", text="=1", polygon=[[0.0, 1.0]])],
            failures=[
                StageFailure(
                    stage="texts", error_type="T", message="m", attempts=1, retryable=False
                )
            ],
            taken_at=datetime(2024, 2, 29, 12, tzinfo=UTC),
            extra={"site": "north"},
        )
    )

    assert {name: value for name, value in read.items() if value} == {
        "batch": "b",
        "photo_id": "1",
        "filename": "f",
        "uri": "u",
        "outcome": "done",
        "reasons": "dark; width",
        "checks": '{"dark": {"value": 0.1, "threshold": 0.32, "verdict": "reject"}}',
        "codes": '[{"symbology": "QRCode", "text": "=1", "polygon": [[0.0, 1.0]],'
        ' "look": "plain"}]',
        "failures": '[{"stage": "texts", "error_type": "T", "message": "m", "attempts": 1,'
        ' "retryable": false}]',
        "taken_at": "2024-02-29T12:00:00+00:00",
        "extra": '{"site": "north"}',
    }


def test_unwritable_characters_are_replaced() -> None:
    """A lone surrogate in a file name, also as a key, does not stop the list."""
    read = row(result(filename="a\udc80.jpg", extra={"\udc80": "\udc80"}))

    assert (read["filename"], read["extra"]) == ("a\ufffd.jpg", '{"\ufffd": "\ufffd"}')


def test_each_batch_has_its_own_list() -> None:
    """Lists of several batches at one target do not replace one another."""
    assert results_name("b") == "results/b/results.csv"
    assert is_object_name(results_name("b"))
