"""Stage tables: one Parquet file per stage and batch, one row per photo."""

import io
import pickle
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from darkroom.errors import BatchUnknown, ObjectMissing, TableUnreadable
from darkroom.outcomes import Failure, Outcome, Reason
from darkroom.rows import (
    Check,
    Code,
    CodeRow,
    HashRow,
    PhotoRow,
    Row,
    TextRow,
    ValidationRow,
    Word,
)
from darkroom.storage.tables import Tables, parquet, table_name
from resources.stores.folder import FolderStore

DONE = {"outcome": Outcome.DONE, "inputs": "i"}


@pytest.fixture
def tables(tmp_path: Path) -> Tables:
    return Tables(FolderStore(tmp_path))


def test_rows_come_back_as_they_went_in(tables: Tables) -> None:
    """Every kind of value, in the order given."""
    photos = [
        PhotoRow(
            photo_id="2",
            uri="u",
            filename="写真\x00.jpg",
            bytes=2**62,
            taken_at=datetime(2024, 2, 29, 1, 2, 3, 123456, tzinfo=UTC),
            latitude=-33.9,
            **DONE,
        ),
        PhotoRow(
            photo_id="1",
            uri="u",
            filename="f",
            outcome=Outcome.FAILED,
            inputs="i",
            failure=Failure(error_type="Timeout", message="m", attempts=4, retryable=True),
        ),
    ]
    validations = [
        ValidationRow(
            photo_id="1",
            checks=[Check(name="dark", value=0.25, threshold=0.32, verdict="reject")],
            reasons=[Reason.DARK, Reason.WIDTH],
            **DONE,
        )
    ]
    codes = [
        CodeRow(
            photo_id="1",
            codes=[Code(symbology="QRCode", text="=1", polygon=[[0.0, 1.5], []])],
            **DONE,
        )
    ]
    for stage, rows in (("photos", photos), ("validations", validations), ("codes", codes)):
        assert tables.write(stage, "b", rows) is True
        assert tables.read(stage, "b", type(rows[0])) == rows


def test_a_table_that_was_never_written_is_empty(tables: Tables) -> None:
    """A stage that has not been made has no rows."""
    assert tables.read("photos", "b", PhotoRow) == []


def test_a_batch_without_photos_has_a_table_without_rows(tables: Tables) -> None:
    """Nothing is a result too."""
    assert tables.write("photos", "b", []) is True
    assert tables.read("photos", "b", PhotoRow) == []
    assert tables.write("photos", "b", []) is False


def test_an_unchanged_table_is_not_written_again(tables: Tables, tmp_path: Path) -> None:
    """The second write of the same rows changes no byte and no time of change."""
    rows = [HashRow(photo_id=str(number), sha256="ab" * 32, **DONE) for number in range(100)]
    tables.write("hashes", "b", rows)
    before = (tmp_path / "tables/hashes/b.parquet").stat().st_mtime_ns

    assert tables.write("hashes", "b", rows) is False
    assert (tmp_path / "tables/hashes/b.parquet").stat().st_mtime_ns == before
    assert tables.write("hashes", "b", rows[:-1]) is True


def test_equal_rows_make_equal_bytes() -> None:
    """Made twice, and after a way through a file, a table is the same to the byte."""
    word = Word(text="NO", confidence=0.5, box=[1.0, 2.0, 3.0, 4.0])
    rows = [TextRow(photo_id=str(n), text="NO", words=[word] * n, **DONE) for n in range(20)]
    copies = [TextRow.model_validate(row.model_dump()) for row in rows]

    assert parquet(rows) == parquet(copies)


def test_a_column_that_is_new_has_its_default(tables: Tables) -> None:
    """A table written before a field was thought of is still read, inside of structs too."""
    old = pa.Table.from_pylist(
        [
            {
                "photo_id": "1",
                "outcome": "done",
                "inputs": "i",
                "checks": [{"name": "n", "verdict": "pass"}],
            }
        ]
    )
    put(tables, "validations", old)

    assert tables.read("validations", "b", ValidationRow) == [
        ValidationRow(photo_id="1", checks=[Check(name="n", verdict="pass")], **DONE)
    ]


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        (
            [{"photo_id": "1", "outcome": "done", "inputs": "i", "other": 1}],
            "0.other: Extra inputs",
        ),
        ([{"photo_id": "1", "outcome": "done"}], "0.inputs: Field required"),
        ([{"photo_id": "1", "outcome": "perhaps", "inputs": "i"}], "0.outcome: Input should be"),
        ([{"photo_id": 1, "outcome": "done", "inputs": "i"}], "0.photo_id: Input should be"),
    ],
)
def test_a_table_of_another_shape_is_refused(
    tables: Tables, rows: list[dict[str, object]], why: str
) -> None:
    """The error names the file, the stage, and what does not fit."""
    put(tables, "photos", pa.Table.from_pylist(rows))

    with pytest.raises(TableUnreadable) as refused:
        tables.read("photos", "b", Row)
    assert refused.value.uri == tables.store.uri("tables/photos/b.parquet")
    assert f"table of photos ({why}" in str(refused.value)


def test_a_part_of_a_table_is_what_is_named_of_it(tables: Tables) -> None:
    """Of every row; what was not yet known when it was written has its default."""
    rows = [TextRow(photo_id=each, text="word", **DONE) for each in "ba"]
    tables.write("texts", "b", rows)

    assert tables.read_part("texts", "b", Row) == [Row(photo_id=each, **DONE) for each in "ba"]
    assert tables.read_part("texts", "b", TextRow) == rows
    assert tables.read_part("texts", "other", Row) == []
    put(
        tables, "codes", pa.Table.from_pylist([{"photo_id": "1", "outcome": "done", "inputs": "i"}])
    )
    assert tables.read_part("codes", "b", CodeRow) == [CodeRow(photo_id="1", **DONE)]


@pytest.mark.parametrize("cut", [0, 4, -1])
def test_a_damaged_table_is_refused(tables: Tables, cut: int) -> None:
    """A file that was cut, or never was Parquet, is no empty table."""
    whole = parquet([HashRow(photo_id="1", **DONE)])
    tables.store.put("tables/hashes/b.parquet", whole[:cut])

    with pytest.raises(TableUnreadable, match="materialize the stage again"):
        tables.read("hashes", "b", HashRow)


def test_a_photo_has_one_row(tables: Tables) -> None:
    """Two rows for a photo, or rows of two models, are a mistake of ours and not kept."""
    row = HashRow(photo_id="1", **DONE)
    with pytest.raises(ValueError, match="one row per photo"):
        tables.write("hashes", "b", [row, row])
    with pytest.raises(ValueError, match="all of one model, here HashRow"):
        tables.write("hashes", "b", [row, TextRow(photo_id="2", **DONE)])
    with pytest.raises(ObjectMissing):
        tables.store.read("tables/hashes/b.parquet")


def test_a_file_name_that_is_not_text_is_kept_readable(tables: Tables) -> None:
    """Lone surrogates, which Parquet cannot keep, are replaced."""
    tables.write("photos", "b", [PhotoRow(photo_id="1", uri="u", filename="a\udc80.jpg", **DONE)])

    [read] = tables.read("photos", "b", PhotoRow)
    assert read.filename == "a\ufffd.jpg"


@pytest.mark.parametrize("batch", ["../b", ""])
def test_a_table_is_one_of_a_batch(batch: str) -> None:
    """No partition that somebody added by hand leads elsewhere."""
    with pytest.raises(BatchUnknown, match="There is no batch"):
        table_name("photos", batch)


@pytest.mark.parametrize("stage", ["../x", ""])
def test_a_table_is_one_of_a_stage(stage: str) -> None:
    """Another one is our own mistake."""
    with pytest.raises(ValueError, match="there is no table"):
        table_name(stage, "b")


def test_tables_go_to_worker_processes(tables: Tables) -> None:
    """As they are."""
    tables.write("hashes", "b", [HashRow(photo_id="1", **DONE)])

    again = pickle.loads(pickle.dumps(tables))  # noqa: S301 - our own
    assert again.read("hashes", "b", HashRow) == [HashRow(photo_id="1", **DONE)]


def put(tables: Tables, stage: str, table: pa.Table) -> None:
    into = io.BytesIO()
    pq.write_table(table, into)
    tables.store.put(table_name(stage, "b"), into.getvalue())
