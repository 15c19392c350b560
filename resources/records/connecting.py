"""How the records database is reached: which one, its transactions, its errors."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DatabaseError,
    DBAPIError,
    InterfaceError,
    OperationalError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_random

from darkroom.errors import RecordsUnavailable, SettingsInvalid

BUSY_TIMEOUT_S = 60
CONNECT_TIMEOUT_S = 10
_WAL_ATTEMPTS = 50
_POSTGRESQL = {"postgresql", "postgresql+psycopg", "postgres"}
_SQLITE = {"sqlite", "sqlite+pysqlite"}


def database_url(url: str | None, default: Path) -> URL:
    """The database that a setting means, or the SQLite file `default`.

    Raises `SettingsInvalid` for what is neither PostgreSQL nor a SQLite file, without repeating the
    URL: it may hold a password.
    """
    if url is None:
        return URL.create("sqlite", database=str(default.absolute()))
    try:
        given = make_url(url)
    except (ArgumentError, ValueError):
        raise SettingsInvalid(
            "the URL of the database cannot be read; it looks like sqlite:///file"
            " or postgresql+psycopg://user:password@host/name"
        ) from None
    if given.drivername in _POSTGRESQL:
        return given.set(drivername="postgresql+psycopg")
    if given.drivername in _SQLITE:
        if given.database in {None, "", ":memory:"}:
            raise SettingsInvalid(
                "a SQLite database in memory is lost between processes; name a file, sqlite:///file"
            )
        return given.set(database=str(Path(str(given.database)).expanduser().absolute()))
    raise SettingsInvalid(
        f"records cannot be kept in {given.drivername}; use sqlite:///file or postgresql+psycopg://…"
    )


def engine_for(url: URL) -> Engine:
    """This process's engine for a database; it connects when first used."""
    return _engine(url, os.getpid())


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction that sees one state of the database. Raises `RecordsUnavailable`."""
    with _reported(engine.url), engine.connect() as connection:
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction, committed at the end or undone by an error. Raises `RecordsUnavailable`.

    On SQLite writers take turns from the first statement on. One that starts as a reader and wants
    to write later is refused at once when another has written meanwhile, whatever it is ready to
    wait.
    """
    writer = engine.execution_options(writes=True)
    with _reported(engine.url), writer.begin() as connection:
        yield connection


@cache
def _engine(url: URL, process_id: int) -> Engine:  # noqa: ARG001 - connections do not survive a fork
    # Parameters are strangers' text and stay out of messages.
    if url.get_backend_name() == "sqlite":
        _make_folder(Path(str(url.database)).parent)
        engine = create_engine(url, hide_parameters=True, connect_args={"timeout": BUSY_TIMEOUT_S})
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    return create_engine(
        url,
        hide_parameters=True,
        pool_pre_ping=True,
        connect_args={
            "connect_timeout": CONNECT_TIMEOUT_S,
            "application_name": "darkroom",
            "options": "-c timezone=UTC",
        },
    )


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RecordsUnavailable(
            f"the folder {folder} for the records database cannot be made: {error.strerror}"
        ) from error


def _set_up_sqlite(connection: sqlite3.Connection, record: Any) -> None:  # noqa: ANN401, ARG001 - as SQLAlchemy calls it
    """Leaves BEGIN to us: sqlite3's own comes too late, and never before DDL.

    https://docs.sqlalchemy.org/en/21/dialects/sqlite.html#sqlite-enabling-transactions
    """
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys = ON")
    # In WAL mode readers and the writer do not wait for one another. The mode stays with the file;
    # while it changes, SQLite turns others away at once, however long they are ready to wait.
    for attempt in Retrying(
        retry=retry_if_exception_type(sqlite3.OperationalError),
        wait=wait_random(0.01, 0.1),
        stop=stop_after_attempt(_WAL_ATTEMPTS),
        reraise=True,
    ):
        with attempt:
            connection.execute("PRAGMA journal_mode = WAL")
    # There a power cut else costs the last transactions; a record that is said to stand must stand.
    connection.execute("PRAGMA synchronous = FULL")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def _reported(url: URL) -> Iterator[None]:
    try:
        yield
    except (OperationalError, InterfaceError) as error:
        raise RecordsUnavailable(_sentence(url, error)) from error
    except PoolTimeout as error:
        raise RecordsUnavailable(f"all connections to {_shown(url)} are in use") from error
    except DatabaseError as error:
        # Its subclasses are our own mistakes; the class itself is a file that is no database.
        if type(error) is not DatabaseError:
            raise
        raise RecordsUnavailable(_sentence(url, error)) from error


def _sentence(url: URL, error: DBAPIError) -> str:
    said = " ".join(str(error.orig).split())
    if "disk is full" in said or "No space left" in said:
        return f"the disk of the records database {_shown(url)} is full; make room and try again"
    if url.password:
        said = said.replace(str(url.password), "***")
    return f"the records database {_shown(url)} does not answer or refuses: {said}"


def _shown(url: URL) -> str:
    return url.set(query={}).render_as_string(hide_password=True)
