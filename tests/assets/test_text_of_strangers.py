"""Names and messages that try to break out of where they are shown."""

import csv
from typing import TYPE_CHECKING

import pytest

from orchestration.announcing import manifest_event

if TYPE_CHECKING:
    from tests.assets.conftest import Pipeline, Run

HOSTILE = [
    "<img src=x onerror=alert(1)>.jpg",
    "| a | [b](javascript:alert(1)) `c`.jpg",
    "line\nbreak.jpg",
    "right\u202eto-left.jpg",
]


@pytest.fixture(scope="module")
def run(pipeline: "Pipeline") -> "Run":
    """A batch of files that are not there, one that is no photo, and a hostile address."""
    folder = pipeline.draw("hostile")
    (folder / HOSTILE[0]).write_text("<script>alert(1)</script>")
    with (folder / "list.csv").open("w", newline="") as file:
        csv.writer(file).writerows(
            [["path"], *[[name] for name in HOSTILE], ["https://<b>|x|.invalid:0/*a*"]]
        )
    run = pipeline.run(pipeline.open(folder / "list.csv"))
    assert list(run.failed_steps) == ["batch_report"], run.failed_steps
    return run


def test_every_cell_is_one_visible_line(run: "Run") -> None:
    """Tables show cells as plain text; nothing in them reorders or hides what stands around."""
    [report] = [each for each in run.observations if each.asset_key.path == ["batch_report"]]
    records = [
        *run.metadata["photos"]["failures"].records,
        *report.metadata["failures"].value.records,
    ]
    cells = [str(cell) for record in records for cell in record.data.values()]

    assert len(records) == 8
    assert [cell for cell in cells if not cell.isprintable()] == []


def test_file_names_are_shown_as_they_are(run: "Run") -> None:
    """Markup stays the text it is; what cannot be seen is spelled out."""
    [report] = [each for each in run.observations if each.asset_key.path == ["batch_report"]]
    files = [record.data["file"] for record in report.metadata["failures"].value.records]

    assert files[:3] == [
        "| a | [b](javascript:alert(1)) `c`.jpg",
        "line\ufffdbreak.jpg",
        "right⟨202E⟩to-left.jpg",
    ]


def test_markdown_has_the_columns_it_was_made_with(run: "Run") -> None:
    """No stranger's text ends a cell, starts a link or is HTML."""
    [report] = [each for each in run.observations if each.asset_key.path == ["batch_report"]]
    for name in ("reasons", "speed"):
        lines = str(report.metadata[name].value).splitlines()
        assert {line.count("|") for line in lines} == {lines[0].count("|")}
        assert "<" not in "".join(lines)


def test_observations_are_one_visible_line(run: "Run") -> None:
    """What the lineage says of a failed photo, too."""
    said = [each.description or "" for each in run.observations]
    said += [
        str(value.value)
        for each in run.observations
        if each.asset_key.path == ["photos"]
        for value in each.metadata.values()
    ]

    assert [text for text in said if not text.isprintable()] == []


def test_an_owner_s_name_is_shown_in_one_line(pipeline: "Pipeline") -> None:
    """The manifest's materialisation names owner, report and source as plain text."""
    batch = pipeline.open(pipeline.draw("owned", "lake.jpg"))
    shown = manifest_event(
        batch.model_copy(update={"owner": "a\nb", "report": "\u202e1", "source": "/in\nbox"})
    ).metadata

    assert {name: shown[name].value for name in ("owner", "report", "source")} == {
        "owner": "a b",
        "report": "⟨202E⟩1",
        "source": "/in box",
    }
