"""Which database is meant, and what is said when it is away."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from darkroom.errors import RecordsUnavailable, SettingsInvalid
from darkroom.settings import DatabaseSettings
from resources.records import sqlite
from resources.records.connecting import engine_for, reading, writing
from resources.records.database_urls import database_url
from resources.records.sql_records import SqlRecords


def test_a_file_of_sqlite_is_the_default(tmp_path: Path) -> None:
    """Without a URL the records are kept in the file given."""
    assert database_url(None, tmp_path / "records.db").database == str(tmp_path / "records.db")


@pytest.mark.parametrize(
    ("url", "drivername"),
    [
        ("postgresql://user@host/name", "postgresql+psycopg"),
        ("postgres://user@host/name", "postgresql+psycopg"),
        ("postgresql+psycopg://user@host/name", "postgresql+psycopg"),
        ("sqlite:////somewhere/records.db", "sqlite"),
    ],
)
def test_usual_spellings_are_understood(tmp_path: Path, url: str, drivername: str) -> None:
    """PostgreSQL is reached by psycopg, however its URL begins."""
    assert database_url(url, tmp_path).drivername == drivername


@pytest.mark.parametrize(
    "url",
    [
        "mysql://user:secret@host/name",
        "postgresql+asyncpg://user:secret@host/name",
        "user:secret@host",
        "postgresql://user:secret@host:port/name",
        "sqlite://",
        "sqlite:///:memory:",
    ],
)
def test_what_cannot_keep_records_is_refused_without_its_password(tmp_path: Path, url: str) -> None:
    """One sentence says what would do, and does not repeat the URL."""
    with pytest.raises(SettingsInvalid) as refused:
        database_url(url, tmp_path)
    assert "secret" not in str(refused.value)
    assert "sqlite:///file" in str(refused.value)


@pytest.mark.parametrize(
    ("parameters", "why"),
    [
        ("connect_timeout=abc", "bad value for connect_timeout: 'abc'"),
        ("connect_timeout=1&connect_timeout=2", "bad value for connect_timeout: "),
        ("foo=bar", 'invalid connection option "foo"'),
        ("autocommit=1", 'invalid connection option "autocommit"'),
    ],
)
def test_parameters_that_postgresql_does_not_know_are_named(
    tmp_path: Path, parameters: str, why: str
) -> None:
    """Before any connection is tried; the rest of the URL is not repeated."""
    with pytest.raises(SettingsInvalid) as refused:
        database_url(f"postgresql://me:hunter2@127.0.0.1/name?{parameters}", tmp_path)
    assert str(refused.value).startswith(f"database.url: {why}")
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize(
    "parameters",
    ["connect_timeout=3&sslmode=require", "host=a:5432&host=b", "options=-c%20search_path%3Dx"],
)
def test_parameters_that_postgresql_knows_stay(tmp_path: Path, parameters: str) -> None:
    """Also those of several hosts, and with spaces in them."""
    assert database_url(f"postgresql:///name?{parameters}", tmp_path).query


def test_a_database_that_is_away_is_named_without_its_password(tmp_path: Path) -> None:
    """The message says where it was looked for; password and query stay out of it."""
    url = "postgresql://me:hunter2@127.0.0.1:1/name?sslpassword=hunter3"
    records = SqlRecords(DatabaseSettings(url=url), tmp_path)

    with pytest.raises(RecordsUnavailable) as away:
        records.batches()
    assert "postgresql+psycopg://me:***@127.0.0.1:1/name" in str(away.value)
    assert "hunter" not in str(away.value)


def test_a_wrong_password_is_not_repeated(postgres_url: str, tmp_path: Path) -> None:
    """A server that refuses is one that is away."""
    wrong = postgres_url.replace("@", "-wrong@")
    with pytest.raises(RecordsUnavailable, match="password authentication failed") as refused:
        SqlRecords(DatabaseSettings(url=wrong), tmp_path).batches()
    assert "-wrong" not in str(refused.value)


def test_a_connection_cut_by_the_server_is_the_world_s_trouble(
    postgres_url: str, tmp_path: Path
) -> None:
    """Cut in the middle, the transaction is lost; the next one connects anew."""
    records = SqlRecords(DatabaseSettings(url=postgres_url), tmp_path)
    records.migrate()
    engine = engine_for(records.url)
    with (
        pytest.raises(RecordsUnavailable, match="terminating connection"),
        writing(engine) as connection,
    ):
        connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    assert records.batches() == []
    records.close()


def test_a_file_that_is_no_database_is_said_so(tmp_path: Path) -> None:
    """Nothing is written over it."""
    file = tmp_path / "records.db"
    file.write_bytes(b"these are my notes, not a database " * 100)

    with pytest.raises(RecordsUnavailable, match="file is not a database"):
        SqlRecords(DatabaseSettings(), file).batches()
    assert file.read_bytes() == b"these are my notes, not a database " * 100


def test_a_full_disk_is_said_plainly(tmp_path: Path) -> None:
    """SQLite's own limit on pages stands in for the disk."""
    records = SqlRecords(DatabaseSettings(), tmp_path / "records.db")
    records.migrate()
    engine = engine_for(records.url)

    def fill() -> None:
        with writing(engine) as connection:
            connection.execute(text("PRAGMA max_page_count = 1"))
            filler = {"filler": "x" * 10_000_000}
            connection.execute(text("INSERT INTO alembic_version VALUES (:filler)"), filler)

    with pytest.raises(RecordsUnavailable, match=r"is full; make room and try again"):
        fill()
    records.close()


def test_a_reader_does_not_wait_for_a_writer(tmp_path: Path) -> None:
    """While one writes to SQLite, others read what stood before."""
    records = SqlRecords(DatabaseSettings(), tmp_path / "records.db")
    records.migrate()
    engine = engine_for(records.url)
    with writing(engine) as connection:
        connection.execute(text("DELETE FROM alembic_version"))
        with reading(engine) as other:
            assert other.execute(text("SELECT count(*) FROM alembic_version")).scalar() == 1
    records.close()


def test_a_database_that_another_program_keeps_locked_is_the_world_s_trouble(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A backup that holds it for too long; once it lets go, the same step goes through."""
    monkeypatch.setattr(sqlite, "BUSY_TIMEOUT_S", 0)
    records = SqlRecords(DatabaseSettings(), tmp_path / "records.db")
    records.migrate()
    engine = engine_for(records.url)
    with closing(sqlite3.connect(tmp_path / "records.db")) as backup:
        backup.execute("BEGIN EXCLUSIVE")
        with pytest.raises(RecordsUnavailable, match="database is locked"), writing(engine):
            pass

    with writing(engine) as connection:
        connection.execute(text("DELETE FROM alembic_version"))
    records.close()


def test_a_database_that_may_only_be_read_is_said_so(tmp_path: Path) -> None:
    """As on a disk that was mounted again read-only after an error."""
    records = SqlRecords(DatabaseSettings(), tmp_path / "records.db")
    records.migrate()
    engine = engine_for(records.url)

    def write() -> None:
        with writing(engine) as connection:
            connection.execute(text("PRAGMA query_only = 1"))
            connection.execute(text("DELETE FROM alembic_version"))

    with pytest.raises(RecordsUnavailable, match="readonly database"):
        write()
    records.close()


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    """The message says which folder."""
    (tmp_path / "file").write_bytes(b"")
    records = SqlRecords(DatabaseSettings(), tmp_path / "file" / "records.db")

    with pytest.raises(RecordsUnavailable, match=f"the folder {tmp_path / 'file'}"):
        records.batches()
