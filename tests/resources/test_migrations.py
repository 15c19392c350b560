"""The records database comes to be, and stays current."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

import resources.records.migrating
from darkroom.errors import RecordsUnavailable
from darkroom.recognition.looks import Look
from darkroom.settings import DatabaseSettings
from resources.records.connecting import engine_for, reading, writing
from resources.records.migrating import REVISION
from resources.records.models import Base
from resources.records.sql_records import SqlRecords

ASK = """
import sys
from pathlib import Path
from darkroom.settings import DatabaseSettings
from resources.records.sql_records import SqlRecords
url = sys.argv[1] or None
print("ready", flush=True)
sys.stdin.readline()
assert SqlRecords(DatabaseSettings(url=url), Path(sys.argv[2])).batches() == []
"""

EARLIER = """
INSERT INTO batches (batch, owner, priority, source, photos, opened_at, done, rejected, failed)
VALUES ('a', 'me', 0, '', 1, '2026-01-01', 1, 0, 0);
INSERT INTO photos (batch, photo_id, filename, uri, outcome, extra)
VALUES ('a', '1', '', '', 'done', '{}');
INSERT INTO duplicates (batch, photo_id, position, kind, of_batch, of_photo_id)
VALUES ('a', '1', 0, 'exact', 'b', '1'), ('a', '1', 1, 'near', 'b', '2');
INSERT INTO fingerprints (batch, photo_id, sha256, phash, dhash, comparable)
VALUES ('a', '1', :sha256, -1, 7, true)
"""
"""Rows as the first version wrote them."""


@pytest.fixture(params=["sqlite", "postgresql"])
def records(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SqlRecords]:
    url = request.getfixturevalue("postgres_url") if request.param == "postgresql" else None
    records = SqlRecords(DatabaseSettings(url=url), tmp_path / "records.db")
    yield records
    records.close()


def test_migrations_make_the_tables_of_the_models(records: SqlRecords) -> None:
    """No table, column or index is in the models and not in the migrations, or the other way."""
    records.migrate()

    with reading(engine_for(records.url)) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_migrating_again_is_harmless(records: SqlRecords) -> None:
    """A current database is left as it is."""
    records.migrate()
    records.migrate()

    assert records.batches() == []


def test_processes_that_start_together_migrate_once(records: SqlRecords, tmp_path: Path) -> None:
    """Several processes meet an empty database; one makes the tables, all go on."""
    url = records.settings.url or ""
    started = [
        subprocess.Popen(
            [sys.executable, "-c", ASK, url, str(tmp_path / "records.db")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    ready = [process.stdout.readline() for process in started if process.stdout]
    for process in started:
        if process.stdin:
            process.stdin.write("go\n")
            process.stdin.flush()

    ends = [(*process.communicate(), process.returncode) for process in started]
    assert ready == ["ready\n"] * 3
    assert ends == [("", "", 0)] * 3


def test_what_an_earlier_version_knew_is_kept(records: SqlRecords) -> None:
    """Its look-alikes were found as they stand; its fingerprints are still compared so."""
    with writing(engine_for(records.url)) as connection:
        upgrade(connection, "0001")
        for statement in EARLIER.split(";"):
            connection.execute(text(statement), {"sha256": "ab" * 32})
    records.migrate()

    with reading(engine_for(records.url)) as connection:
        found = connection.execute(
            text("SELECT kind, transform FROM duplicates ORDER BY position")
        ).all()
    [place] = records.first_with(["ab" * 32]).values()
    assert [tuple(row) for row in found] == [("exact", None), ("near", "identity")]
    assert records.looks([place.order]) == {place.order: Look((2**64 - 1,), (7,))}
    [known] = records.known_hashes(before=place.order + 1)
    assert known.order.tolist() == [place.order]
    assert (known.phash.tolist(), known.dhash.tolist()) == ([2**64 - 1], [7])
    assert known.ring_hash.tolist() == []


def test_hashes_that_were_known_are_packed(records: SqlRecords) -> None:
    """Those of many arrivals, with gaps between them and any number of rings."""
    arrivals = [1, 2, 4095, 4096, 12_288, 12_289]
    with writing(engine_for(records.url)) as connection:
        upgrade(connection, "0008")
        for number, arrival in enumerate(arrivals):
            connection.execute(
                text(
                    "INSERT INTO fingerprints (arrival, batch, photo_id, sha256, phash, dhash,"
                    " comparable, ring_hashes) VALUES (:arrival, 'a', :photo_id, 'c', :arrival, -1,"
                    " :comparable, :rings)"
                ),
                {
                    "arrival": arrival,
                    "photo_id": str(arrival),
                    "comparable": arrival != arrivals[1],
                    "rings": bytes([255] * 8 * number) or None,
                },
            )
    records.migrate()

    [known] = records.known_hashes(before=arrivals[-1])
    assert known.order.tolist() == known.phash.tolist() == [1, 4095, 4096, 12_288]
    assert known.dhash.tolist() == [2**64 - 1] * 4
    assert known.ring_order.tolist() == [4095] * 2 + [4096] * 3 + [12_288] * 4
    assert set(known.ring_hash.tolist()) == {2**64 - 1}


def upgrade(connection: Connection, revision: str) -> None:
    config = Config()
    folder = Path(resources.records.migrating.__file__).parent / "migrations"
    config.set_main_option("script_location", str(folder))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def test_a_newer_database_is_left_alone(records: SqlRecords) -> None:
    """Tables of a version that we do not know are refused with what to do."""
    records.migrate()
    with writing(engine_for(records.url)) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'from the future'"))

    with pytest.raises(RecordsUnavailable, match="a newer version of Darkroom"):
        records.migrate()


def test_a_failed_migration_leaves_nothing(
    records: SqlRecords, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tables appear all at once or not at all, on SQLite too."""

    def refuse(*_: object) -> None:
        raise RecordsUnavailable("refused at the end")

    upgrade = resources.records.migrating._upgrade
    monkeypatch.setattr(
        resources.records.migrating, "_upgrade", lambda connection: refuse(upgrade(connection))
    )
    with pytest.raises(RecordsUnavailable, match="refused at the end"):
        records.migrate()

    assert inspect(engine_for(records.url)).get_table_names() == []


def test_the_newest_migration_is_the_one_asked_for() -> None:
    """`REVISION` names the head of the migrations."""
    config = Config()
    folder = Path(resources.records.migrating.__file__).parent / "migrations"
    config.set_main_option("script_location", str(folder))

    assert ScriptDirectory.from_config(config).get_current_head() == REVISION
