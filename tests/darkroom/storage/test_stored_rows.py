"""Rows made of a stored table when somebody asks for them."""

import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from darkroom.errors import TableUnreadable
from darkroom.outcomes import Outcome
from darkroom.rows import Row, TextRow
from darkroom.storage.stored_rows import ROWS_AT_ONCE, ByPhoto, StoredRows
from darkroom.storage.tables import parquet

ROWS = [
    TextRow(photo_id=f"{number:04}", outcome=Outcome.DONE, inputs="i", text=f"word {number}")
    for number in range(2 * ROWS_AT_ONCE + 7)
]


def stored(data: bytes = parquet(ROWS)) -> StoredRows[TextRow]:
    return StoredRows(data, TextRow, "texts", "file:///t")


def test_rows_come_in_their_order() -> None:
    """However many, and however few are made together."""
    assert list(stored()) == ROWS
    assert stored().some(ROWS_AT_ONCE) == ROWS[ROWS_AT_ONCE : 2 * ROWS_AT_ONCE]


def test_rows_are_found_by_their_photo_in_any_order() -> None:
    """As in a dictionary of them."""
    by_photo = ByPhoto(stored())

    assert by_photo == {row.photo_id: row for row in ROWS}
    assert [by_photo[row.photo_id] for row in reversed(ROWS)] == ROWS[::-1]
    assert by_photo.get("nobody's") is None


def test_a_table_without_rows_is_no_table() -> None:
    """As an empty dictionary, it is false."""
    assert not ByPhoto(StoredRows(parquet([]), TextRow, "texts", "file:///t"))


def test_a_value_of_another_kind_is_told_with_its_row() -> None:
    """Counted from the first row of the table."""

    class Numbered(Row):
        text: int

    rows = [
        Numbered(photo_id=row.photo_id, outcome=row.outcome, inputs="i", text=7) for row in ROWS
    ]
    by_photo = ByPhoto(stored(parquet(rows)))

    with pytest.raises(TableUnreadable, match=f"{ROWS_AT_ONCE}.text: Input should be a valid str"):
        by_photo[ROWS[ROWS_AT_ONCE + 3].photo_id]


def test_a_table_that_names_no_photos_is_refused() -> None:
    """Nobody could find a row in it."""
    with pytest.raises(TableUnreadable, match="it has no column photo_id"):
        ByPhoto(stored(_without_ids()))


def _without_ids() -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.table({"text": ["word"]}), sink)
    return sink.getvalue()
