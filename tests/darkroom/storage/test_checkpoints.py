"""Parts of a table to come."""

from pathlib import Path

import pytest

from darkroom.errors import BatchUnknown
from darkroom.outcomes import Outcome
from darkroom.rows import TextRow
from darkroom.storage.checkpoints import Parts
from darkroom.storage.tables import Tables
from resources.stores.folder import FolderStore


def row(photo_id: str, text: str = "word") -> TextRow:
    return TextRow(photo_id=photo_id, outcome=Outcome.DONE, inputs="i", text=text)


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path)


def parts(store: FolderStore, batch: str = "b1") -> Parts[TextRow]:
    return Parts(store, "texts", batch, TextRow)


def unexpected(message: str) -> None:
    raise AssertionError(message)


def test_parts_are_read_in_the_order_of_their_writing(store: FolderStore) -> None:
    """With their names, by which they are removed."""
    some = parts(store)
    first, second = some.write([row("b"), row("a")]), some.write([row("c")])

    assert some.read(log=unexpected) == ([row("b"), row("a"), row("c")], [first, second])

    some.remove([first, "checkpoints/texts/b1!never.parquet"])
    assert some.read(log=unexpected) == ([row("c")], [second])


def test_batches_are_apart(store: FolderStore) -> None:
    """Also where one key starts with another."""
    parts(store, "b1.2").write([row("other")])
    parts(store, "b1").write([row("own")])

    assert parts(store, "b1").read(log=unexpected)[0] == [row("own")]
    assert parts(store, "b").read(log=unexpected) == ([], [])


def test_nobody_reads_parts_as_the_table(store: FolderStore) -> None:
    """The table is there only when all of it is."""
    parts(store).write([row("a")])

    assert Tables(store).read("texts", "b1", TextRow) == []


def test_a_part_that_cannot_be_read_is_left_out(store: FolderStore) -> None:
    """And the log names it. It is removed with the others."""
    some = parts(store)
    first, second = some.write([row("a")]), some.write([row("b")])
    store.put(first, b"no table")
    said: list[str] = []

    assert some.read(log=said.append) == ([row("b")], [first, second])
    assert said == [f"{store.uri(first)} cannot be read; its photos are worked on again"]


@pytest.mark.parametrize("batch", ["../b1", ""])
def test_names_of_strangers_are_no_path(store: FolderStore, batch: str) -> None:
    """A partition that somebody added by hand is no batch."""
    with pytest.raises(BatchUnknown, match="There is no batch"):
        Parts(store, "texts", batch, TextRow).write([row("a")])


def test_a_stage_is_one_of_ours(store: FolderStore) -> None:
    """Our own mistake, so it crashes."""
    with pytest.raises(ValueError, match="there are no parts of stage"):
        Parts(store, "../texts", "b1", TextRow).write([row("a")])
