from pathlib import Path
from typing import TypeVar

import dagster as dg
import pytest

from darkroom.outcomes import Outcome
from darkroom.rows import CodeRow, Row, TextRow
from darkroom.storage.tables import Tables
from resources.stores.folder import FolderStore
from resources.table_io import TableIOManager

R = TypeVar("R", bound=Row)

ROWS = [
    TextRow(photo_id="b", outcome=Outcome.DONE, inputs="i", text="word"),
    TextRow(photo_id="a", outcome=Outcome.SKIPPED, inputs="i"),
]


@pytest.fixture
def tables(tmp_path: Path) -> Tables:
    return Tables(FolderStore(tmp_path))


def keep(tables: Tables, rows: list[TextRow], batch: str = "b1") -> None:
    context = dg.build_output_context(asset_key="texts", partition_key=batch)
    TableIOManager(tables).handle_output(context, rows)


def load(tables: Tables, batch: str = "b1") -> list[TextRow]:
    return load_as(tables, TextRow, batch)


def load_as(tables: Tables, row: type[R], batch: str = "b1") -> list[R]:
    """What an asset gets whose input is annotated as `list[row]`."""
    context = dg.build_input_context(
        asset_key=dg.AssetKey("texts"),
        partition_key=batch,
        dagster_type=dg.List[dg.PythonObjectDagsterType(row)],
    )
    return TableIOManager(tables).load_input(context)  # type: ignore[return-value]  # of that kind


def test_rows_come_back_as_they_were_kept(tables: Tables) -> None:
    """In their order, each as a row of its stage; batches are apart."""
    keep(tables, ROWS)
    keep(tables, ROWS[:1], batch="b2")

    assert load(tables) == ROWS
    assert load(tables, "b2") == ROWS[:1]
    assert list(tables.store.names("")) == [
        "tables/texts/b1.parquet",
        "tables/texts/b2.parquet",
    ]


def test_an_asset_gets_what_it_asks_for(tables: Tables) -> None:
    """What every stage says of a photo, where that is enough; the row of another stage never."""
    keep(tables, ROWS)

    assert load_as(tables, Row) == [
        Row(photo_id="b", outcome=Outcome.DONE, inputs="i"),
        Row(photo_id="a", outcome=Outcome.SKIPPED, inputs="i"),
    ]
    with pytest.raises(TypeError, match="CodeRow is no part of a row of texts"):
        load_as(tables, CodeRow)


def test_keeping_the_same_rows_again_changes_nothing(tables: Tables, tmp_path: Path) -> None:
    """Not even the time of the file."""
    keep(tables, ROWS)
    file = tmp_path / "tables" / "texts" / "b1.parquet"
    before = file.stat()

    keep(tables, ROWS)

    assert (file.stat().st_ino, file.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_a_table_that_stands_is_left_as_it_is(tables: Tables) -> None:
    """Whoever made none need not hand it over. A part of a table is never taken for it."""
    keep(tables, ROWS)
    context = dg.build_output_context(asset_key="texts", partition_key="b1")

    TableIOManager(tables).handle_output(context, None)
    with pytest.raises(TypeError, match="a table of texts is made of its own rows"):
        TableIOManager(tables).handle_output(context, load_as(tables, Row))

    assert load(tables) == ROWS


def test_a_stage_that_was_never_made_says_what_to_do(tables: Tables) -> None:
    """Somebody materialised a later stage alone. Trying again would not help."""
    with pytest.raises(dg.Failure) as caught:
        load(tables)

    assert caught.value.description == ("Batch b1 has no texts yet: materialise texts first.")
    assert caught.value.allow_retries is False
