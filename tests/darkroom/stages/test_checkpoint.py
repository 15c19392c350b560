"""A step's finished rows, kept while it runs."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import pytest

from darkroom.errors import RecordsUnavailable, StoreUnavailable
from darkroom.outcomes import Outcome
from darkroom.rows import TextRow
from darkroom.stages.checkpoint import FLUSH_ROWS, Checkpoint
from darkroom.storage.checkpoints import Parts
from resources.stores.folder import FolderStore


def row(photo_id: str) -> TextRow:
    return TextRow(photo_id=photo_id, outcome=Outcome.DONE, inputs="i")


@dataclass
class Watched:
    """Parts in a folder; says when something is written, and may be away."""

    parts: Parts[TextRow]
    written: threading.Event = field(default_factory=threading.Event)
    tried: threading.Event = field(default_factory=threading.Event)
    away: bool = False

    def write(self, rows: Sequence[TextRow]) -> str:
        self.tried.set()
        if self.away:
            raise StoreUnavailable("the store is away")
        name = self.parts.write(rows)
        self.written.set()
        return name

    def rows(self) -> list[str]:
        return [row.photo_id for row in self.parts.read(log=lambda _: None)[0]]

    def checkpoint(
        self, said: list[str] | None = None, interval_s: float = 0
    ) -> Checkpoint[TextRow]:
        parts = cast("Parts[TextRow]", self)
        log = (said if said is not None else []).append
        return Checkpoint(parts, log=log, interval_s=interval_s)

    def read(self, **how: object) -> tuple[list[TextRow], list[str]]:
        return self.parts.read(**how)  # type: ignore[arg-type]  # passed on

    def remove(self, names: list[str]) -> None:
        if self.away:
            raise StoreUnavailable("the store is away")
        self.parts.remove(names)


NEVER_S = 3600.0


@pytest.fixture
def kept(tmp_path: Path) -> Watched:
    return Watched(Parts(FolderStore(tmp_path), "texts", "b1", TextRow))


def test_rows_are_kept_while_the_step_runs(kept: Watched) -> None:
    """By another thread, so that whoever is killed now loses nothing."""
    with kept.checkpoint() as checkpoint:
        checkpoint.keep(row("a"))
        kept.written.wait()
        assert kept.rows() == ["a"]


def test_many_rows_do_not_wait_for_their_time(kept: Watched) -> None:
    """A fast step writes them in groups of some size."""
    with kept.checkpoint(interval_s=NEVER_S) as checkpoint:
        for number in range(FLUSH_ROWS):
            checkpoint.keep(row(str(number)))
        kept.written.wait()
        assert len(kept.rows()) == FLUSH_ROWS


@pytest.mark.parametrize("error", [KeyboardInterrupt, RecordsUnavailable, ValueError])
def test_an_error_or_interrupt_keeps_what_is_finished(
    kept: Watched, error: type[BaseException]
) -> None:
    """Whatever ended the step, as long as it lets code run."""
    with pytest.raises(error), kept.checkpoint(interval_s=NEVER_S) as checkpoint:  # noqa: PT012 - the error ends the context
        checkpoint.keep(row("a"))
        checkpoint.keep(row("b"))
        raise error

    assert kept.checkpoint().found == [row("a"), row("b")]


def test_a_quick_step_writes_no_part(kept: Watched) -> None:
    """Its table is written at once, and costs nothing more."""
    with kept.checkpoint(interval_s=NEVER_S) as checkpoint:
        checkpoint.keep(row("a"))
    checkpoint.discard()

    assert not kept.tried.is_set()


def test_own_parts_and_those_found_are_discarded(kept: Watched) -> None:
    """Those of a step at the same time are left to it."""
    kept.parts.write([row("found")])
    with kept.checkpoint() as checkpoint:
        kept.parts.write([row("of another")])
        checkpoint.keep(row("own"))
        kept.written.wait()
    assert kept.rows() == ["found", "of another", "own"]

    checkpoint.discard()

    assert kept.rows() == ["of another"]


def test_parts_that_the_table_has_not_taken_in_are_left(kept: Watched) -> None:
    """A step that wrote one of several tables leaves the rest to the next."""
    kept.parts.write([row("found")])
    with kept.checkpoint() as checkpoint:
        checkpoint.keep(row("own"))
        kept.written.wait()

    checkpoint.discard(also_read=False)

    assert kept.rows() == ["found"]


def test_a_store_that_is_away_does_not_end_the_step(kept: Watched) -> None:
    """What could not be kept is kept once the store is back."""
    kept.away = True
    said: list[str] = []
    with kept.checkpoint(said) as checkpoint:
        checkpoint.keep(row("a"))
        kept.tried.wait()
        kept.away = False
        kept.written.wait()
        assert kept.rows() == ["a"]

    assert set(said) == {"the store is away. 1 finished photos are not yet kept."}


def test_what_ends_a_step_is_what_is_said(kept: Watched) -> None:
    """Not that its checkpoint could not be written, either."""
    kept.away = True
    with pytest.raises(RecordsUnavailable), kept.checkpoint() as checkpoint:  # noqa: PT012 - the error ends the context
        checkpoint.keep(row("a"))
        raise RecordsUnavailable("the database is away")

    checkpoint.discard()
    assert kept.rows() == []
