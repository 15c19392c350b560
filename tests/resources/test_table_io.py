from pathlib import Path

import dagster as dg
import pytest

from darkroom.outcomes import Outcome
from darkroom.rows import TextRow
from darkroom.storage.tables import Tables
from resources.stores.folder import FolderStore
from resources.table_io import TableIOManager

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
    context = dg.build_input_context(asset_key=dg.AssetKey("texts"), partition_key=batch)
    return TableIOManager(tables).load_input(context)  # type: ignore[return-value]  # rows of that stage


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


def test_keeping_the_same_rows_again_changes_nothing(tables: Tables, tmp_path: Path) -> None:
    """Not even the time of the file."""
    keep(tables, ROWS)
    file = tmp_path / "tables" / "texts" / "b1.parquet"
    before = file.stat()

    keep(tables, ROWS)

    assert (file.stat().st_ino, file.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_a_stage_that_was_never_made_says_what_to_do(tables: Tables) -> None:
    """Somebody materialised a later stage alone. Trying again would not help."""
    with pytest.raises(dg.Failure) as caught:
        load(tables)

    assert caught.value.description == ("Batch b1 has no texts yet: materialise texts first.")
    assert caught.value.allow_retries is False
