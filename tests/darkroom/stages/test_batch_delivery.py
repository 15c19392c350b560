"""A batch that is handed over again: what is looked at, and what comes back."""

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from darkroom.errors import BatchUnknown
from darkroom.outcomes import Outcome
from darkroom.rows import DeliveryRow, Entry, PhotoRow, RenditionRow, TextRow, ValidationRow
from darkroom.settings import DeliverySettings
from darkroom.stages.accepting import acceptances, write_accepted
from darkroom.stages.batch_delivery import BatchDelivery
from darkroom.stages.batch_tables import MANIFESTS
from darkroom.stages.incremental import earlier
from darkroom.stages.stage import run_stage
from darkroom.storage.blobs import blob_name
from darkroom.storage.tables import Tables
from darkroom.work.progress import Meter, StageProgress
from resources.stores.folder import FolderStore

LIST = "results/b1/results.csv"
RENDITION = hashlib.sha256(b"rendition").hexdigest()


@pytest.fixture
def target(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path / "delivered")


@pytest.fixture
def tables(tmp_path: Path) -> Tables:
    """Of a batch of one photo that was accepted."""
    store = FolderStore(tmp_path / "store")
    store.put(blob_name(RENDITION), b"rendition")
    tables = Tables(store)
    of_photo = {"photo_id": "a", "outcome": Outcome.DONE, "inputs": "i"}
    tables.write(MANIFESTS, "b1", [Entry(photo_id="a", uri="u", filename="f.jpg", identity="u")])
    for stage, row in {
        "photos": PhotoRow(uri="u", filename="f.jpg", sha256="ab" * 32, width=4, **of_photo),
        "validations": ValidationRow(**of_photo),
        "renditions": RenditionRow(
            sha256=RENDITION, format="PNG", width=4, height=3, bytes=9, **of_photo
        ),
        "texts": TextRow(text="one", **of_photo),
    }.items():
        tables.write(stage, "b1", [row])
    return tables


def hand_over(tables: Tables, target: FolderStore, **settings: object) -> list[DeliveryRow]:
    """As the asset does; its table is written."""
    delivery = BatchDelivery(
        "b1",
        tables=tables,
        settings=DeliverySettings.model_validate(settings),
        store=tables.store,
        target=target,
    )
    start = StageProgress(batch="b1", stage="deliveries", total=1)
    rows = run_stage(
        delivery.stage,
        previous=earlier(tables.read("deliveries", "b1", DeliveryRow)),
        meter=Meter(start, board=lambda _: None, log=lambda _: None),
        threads=1,
    )
    ended = delivery.ended(rows)
    tables.write("deliveries", "b1", ended)
    return ended


def files(target: FolderStore) -> dict[str, tuple[bytes, int]]:
    """What each holds, and when it was written."""
    return {
        name: (target.read(name), (target.root / name).stat().st_mtime_ns)
        for name in target.names("")
    }


def test_a_batch_that_stands_is_left_alone(tables: Tables, target: FolderStore) -> None:
    """The same table, and no file is written again."""
    first = hand_over(tables, target)
    before = files(target)

    again = hand_over(tables, target)

    assert again == first
    assert files(target) == before
    assert list(before) == [f"accepted/{RENDITION}.png", LIST]
    [row] = first
    assert row.list_sha256 == hashlib.sha256(target.read(LIST)).hexdigest()


@pytest.mark.parametrize("harm", ["deleted", "changed"])
def test_a_list_that_is_not_what_was_delivered_comes_back(
    tables: Tables, target: FolderStore, harm: str
) -> None:
    """Though nothing else of the batch has changed."""
    first = hand_over(tables, target)
    delivered = target.read(LIST)
    if harm == "deleted":
        target.delete(LIST)
    else:
        target.put(LIST, delivered + b"\n")

    assert hand_over(tables, target) == first
    assert target.read(LIST) == delivered


def test_a_table_that_changed_makes_another_list(tables: Tables, target: FolderStore) -> None:
    """Here a text was read anew; the photo itself is not handed over again."""
    hand_over(tables, target)
    rendition = files(target)[f"accepted/{RENDITION}.png"]
    tables.write(
        "texts", "b1", [TextRow(photo_id="a", outcome=Outcome.DONE, inputs="j", text="two")]
    )

    hand_over(tables, target)

    assert b"two" in target.read(LIST)
    assert files(target)[f"accepted/{RENDITION}.png"] == rendition


def test_other_settings_hand_over_again(
    tables: Tables, target: FolderStore, tmp_path: Path
) -> None:
    """So does another target, which gets the list too."""
    hand_over(tables, target)
    other = FolderStore(tmp_path / "other")
    [named] = hand_over(tables, target, naming="name")
    [elsewhere] = hand_over(tables, other, naming="name")

    assert named.delivered_uri == target.uri("accepted/b1/f.png")
    assert elsewhere.delivered_uri == other.uri("accepted/b1/f.png")
    assert list(files(other)) == ["accepted/b1/f.png", LIST]


def test_nothing_is_listed_while_deliveries_are_off(tables: Tables, target: FolderStore) -> None:
    """Nor looked for; once they are on, everything is there."""
    [off] = hand_over(tables, target, enabled=False)
    assert hand_over(tables, target, enabled=False) == [off]
    assert (off.outcome, off.list_sha256, files(target)) == (Outcome.SKIPPED, None, {})

    hand_over(tables, target)

    assert list(files(target)) == [f"accepted/{RENDITION}.png", LIST]


def test_the_list_says_that_a_failure_was_accepted(tables: Tables, target: FolderStore) -> None:
    """A delivery that failed is not final: the batch is looked at again."""
    tables.store.delete(blob_name(RENDITION))
    [failed] = hand_over(tables, target)
    assert (failed.outcome, failed.batch_inputs) == (Outcome.FAILED, None)

    now = datetime(2026, 1, 1, tzinfo=UTC)
    accepted_now = acceptances(tables, "b1", [], reason="gone", accepted_by="ada", now=now)
    write_accepted(tables, "b1", accepted_now)
    [accepted] = hand_over(tables, target)

    assert accepted.outcome is Outcome.FAILURE_ACCEPTED
    assert b"failure_accepted" in target.read(LIST)
    assert hand_over(tables, target) == [accepted]


def test_a_batch_that_is_not_known_is_not_handed_over(target: FolderStore, tmp_path: Path) -> None:
    """Nothing is written."""
    with pytest.raises(BatchUnknown):
        hand_over(Tables(FolderStore(tmp_path / "empty")), target)
    assert files(target) == {}
