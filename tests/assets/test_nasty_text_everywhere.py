"""One text that tries to break out, in every place that a stranger can write to, all the way."""

import csv
import io
import json
import os
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import sqlalchemy
import zxingcpp
from PIL import ExifTags, Image
from typer.testing import CliRunner

from darkroom.batches import Batch
from darkroom.reports.markdown import visible
from darkroom.samples import scenes
from orchestration.announcing import announce, manifest_event
from orchestration.command_line.main import app
from orchestration.intake import Sender, take_in
from orchestration.tags import run_tags

if TYPE_CHECKING:
    from tests.assets.conftest import Pipeline, Run

NASTY = (
    "=1+1|<b onx=y>[red]`x`](javascript:a)'\";DROP TABLE photos;--${HOME}%s{0}"
    "\x1b[31m\x9b1m\u202e\u2028😀\r\nforged line\t../../..\\etc"
)
LONG = NASTY + "x" * 300
NAME = NASTY.replace("/", "").replace("\\", "")
FILE = os.fsdecode(NAME.encode() + b"-\xff.jpg")
"""As a file on disk may be called: no slash, and bytes that are no UTF-8."""
CODE = NASTY.translate({ord(each): f"<U+{ord(each):04X}>" for each in "\x1b\x9b\u202e\u2028"})
"""As the reader of codes spells what cannot be seen."""
NEVER_RAW = "\x1b\x9b\u202e\u2028"


@dataclass(frozen=True)
class Nasty:
    """Three batches that went through, and where they lie."""

    pipeline: "Pipeline"
    batches: list[Batch]
    runs: list["Run"]

    def said(self, *arguments: str) -> str:
        """What a command writes to standard output and error."""
        home = str(self.pipeline.adapters.home.root)
        ended = CliRunner().invoke(app, [*arguments, "--home", home], catch_exceptions=False)
        return ended.stdout + ended.stderr

    def results(self, batch: Batch) -> list[dict[str, Any]]:
        lines = self.said("results", batch.key, "--format", "jsonl").splitlines()
        return [json.loads(line) for line in lines]


@pytest.fixture(scope="module")
def nasty(pipeline: "Pipeline") -> Iterator[Nasty]:
    """A manifest, an archive and a folder; a photo with a code and EXIF, one damaged, one gone."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("DARKROOM_DELIVERIES__NAMING", "name")
        environment.setenv("DARKROOM_CODES__UNIQUE_IDS", '[{"pattern": "(?s).+"}]')
        environment.setenv("COLUMNS", "200")
        environment.setenv("DAGSTER_HOME", str(pipeline.adapters.home.root))
        sources = [_manifest(pipeline.folder), _archive(pipeline.folder), _folder(pipeline.folder)]
        batches, runs = [], []
        for source in sources:
            sender = Sender(LONG, report=LONG)
            [batch] = take_in(pipeline.adapters, str(source), sender).batches
            announce(pipeline.instance, [batch])
            batches.append(batch)
            runs.append(pipeline.run(batch))
        yield Nasty(pipeline, batches, runs)


def _photo(into: Path | io.BytesIO) -> None:
    picture = scenes.lake((640, 480))
    code = zxingcpp.create_barcode(NASTY, zxingcpp.BarcodeFormat.QRCode)
    symbol = Image.fromarray(np.asarray(zxingcpp.write_barcode_to_image(code, scale=3)))
    picture.paste(symbol.convert("RGB"), (20, 20))
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = exif[ExifTags.Base.Model] = NASTY
    picture.save(into, "JPEG", exif=exif, quality=95)


def _manifest(folder: Path) -> Path:
    inside = folder / "manifest"
    inside.mkdir()
    _photo(inside / "sound.jpg")
    (inside / "damaged.jpg").write_text(NASTY)
    rows = [
        {"path": "sound.jpg", "filename": LONG, LONG: LONG, "nul": "\0\ud800"},
        {"path": "damaged.jpg", "filename": LONG, "same": NASTY},
        {"path": LONG, "filename": LONG},
        {"path": f"http://{NASTY}.invalid/"},
    ]
    path = inside / "list.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)))
    return path


def _archive(folder: Path) -> Path:
    path = folder / f"{NAME[:20]}.zip"
    photo = io.BytesIO()
    _photo(photo)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"inner/{NAME}.jpg", photo.getvalue())
        archive.writestr(f"../{NAME}.jpg", photo.getvalue())
    return path


def _folder(folder: Path) -> Path:
    inside = folder / "folder"
    inside.mkdir()
    _photo(inside / FILE)
    (inside / f"gone-{FILE}").symlink_to("/nowhere")
    return inside


def test_every_stage_took_it_for_text(nasty: Nasty) -> None:
    """Only the gate is red, for photos that are not there."""
    assert [list(run.failed_steps) for run in nasty.runs] == [["batch_report"]] * 3
    assert [
        sorted(result["outcome"] for result in nasty.results(batch)) for batch in nasty.batches
    ] == [["done", "failed", "failed", "rejected"], ["done", "failed"], ["done", "failed"]]


def test_results_for_programs_hold_it_whole(nasty: Nasty) -> None:
    """But for what no database takes; each photo is one line of ASCII."""
    sound = nasty.results(nasty.batches[0])[0]

    assert sound["extra"] == {LONG.strip(): LONG.strip(), "nul": "\ufffd\ufffd"}
    assert sound["codes"][0]["text"] == CODE
    assert sound["unique_id"] == CODE
    assert nasty.said("results", nasty.batches[0].key, "--format", "jsonl").isascii()


def test_tags_of_a_run_are_one_visible_line(nasty: Nasty) -> None:
    """Within a bound, in front of the UI's own."""
    tags = run_tags(nasty.batches[0])

    assert tags["darkroom/owner"] == tags["darkroom/report"] == visible(LONG)
    assert all(value.isprintable() and len(value) < 300 for value in tags.values())


def test_what_dagster_shows_is_visible_lines(nasty: Nasty) -> None:
    """Metadata of every event, descriptions of observations, and errors of steps."""
    said = [
        str(value) for each in nasty.batches for value in _values(manifest_event(each).metadata)
    ]
    for run in nasty.runs:
        for event in run.result.all_events:
            if event.is_step_materialization:
                said += _values(event.materialization.metadata)
        for observed in run.observations:
            said += [observed.description or "", *_values(observed.metadata)]
        for check in run.checks.values():
            said += _values(check.metadata)
        said += run.failed_steps.values()

    assert len(said) > 200
    assert [text for text in said if set(text) & set(NEVER_RAW)] == []
    assert [text for text in said if "forged line" in text and "\n" in text] == []


def test_partitions_are_safe_names(nasty: Nasty) -> None:
    """A batch is named after its source, in letters, digits and dashes."""
    assert [batch.key.rpartition("-")[0] for batch in nasty.batches] == [
        "list",
        "1-1-b-onx-y-red",
        "folder",
    ]


def test_delivered_files_have_names_that_any_system_takes(nasty: Nasty) -> None:
    """Below their batch's folder, and nowhere else."""
    root = nasty.pipeline.adapters.home.delivered
    names = [path.relative_to(root).parts for path in root.rglob("*") if path.is_file()]

    assert {parts[:2] for parts in names} == {
        *(("accepted", batch.key) for batch in nasty.batches),
        ("rejected", nasty.batches[0].key),
        *(("results", batch.key) for batch in nasty.batches),
    }
    for *_, name in names:
        assert name.isprintable()
        assert not set(name) & set('/\\<>:"|?*')
        assert len(name.encode()) <= 255


def test_the_csv_has_neither_formula_nor_control_character(nasty: Nasty) -> None:
    """As delivered, and as printed."""
    for batch in nasty.batches:
        delivered = nasty.pipeline.adapters.home.delivered / f"results/{batch.key}/results.csv"
        text = delivered.read_bytes().decode()
        rows = list(csv.reader(io.StringIO(text, newline="")))

        assert {len(row) for row in rows} == {len(rows[0])}
        assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "@", "\t"))]
        assert not set(text) & set("\x1b\x9b\0")
        assert not set(nasty.said("results", batch.key, "--format", "csv")) & set("\x1b\x9b\0")


def test_the_database_holds_it_as_text(nasty: Nasty) -> None:
    """Nothing of it was a statement."""
    engine = sqlalchemy.create_engine(nasty.pipeline.adapters.records.url)
    with engine.connect() as connection:
        owners = connection.execute(sqlalchemy.text("SELECT owner FROM batches")).scalars().all()
        codes = connection.execute(sqlalchemy.text("SELECT text FROM codes")).scalars().all()
        photos = connection.execute(sqlalchemy.text("SELECT count(*) FROM photos")).scalar()
    engine.dispose()

    assert owners == [" ".join(LONG.split())] * 3
    assert codes == [CODE] * 3
    assert photos == 8


def test_commands_print_visible_lines(nasty: Nasty) -> None:
    """No line of theirs is forged, and no terminal obeys them."""
    keys = [batch.key for batch in nasty.batches]
    photos = [
        f"{batch.key}/{result['photo_id']}"
        for batch in nasty.batches
        for result in nasty.results(batch)
    ]
    printed = [
        nasty.said("status"),
        *(nasty.said("status", key) for key in keys),
        *(nasty.said("results", key) for key in keys),
        *(nasty.said("show", photo) for photo in photos),
        *(nasty.said(command, LONG) for command in ("status", "results", "show", "retry")),
        nasty.said("accept", LONG, "--reason", LONG),
        nasty.said("import", LONG),
    ]

    for text in printed:
        lines = text.split("\n")
        assert [line for line in lines if not line.isprintable()] == []
        assert [line for line in lines if line.startswith("forged")] == []
    assert "[red]" in printed[0]  # the table shows markup as it is


def _values(metadata: Any) -> list[str]:  # noqa: ANN401 - Dagster's own mapping
    return [
        str(cell)
        for value in metadata.values()
        for cell in (
            [cell for record in value.records for cell in record.data.values()]
            if hasattr(value, "records")
            else [value.value]
        )
    ]
