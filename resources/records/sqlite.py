"""How SQLite serves several readers and writers at once."""

import sqlite3
from typing import Any

from sqlalchemy import Connection
from tenacity import Retrying, retry_if_exception, stop_after_delay, wait_random

BUSY_TIMEOUT_S = 60


def set_up(connection: sqlite3.Connection, record: Any) -> None:  # noqa: ANN401, ARG001 - as SQLAlchemy calls it
    """Leaves BEGIN to us: sqlite3's own comes too late, and never before DDL.

    https://docs.sqlalchemy.org/en/21/dialects/sqlite.html#sqlite-enabling-transactions
    """
    connection.isolation_level = None
    try:
        connection.execute("PRAGMA foreign_keys = ON")
        _keep_wal(connection)
        # In WAL mode a power cut else costs the last transactions; a record that is said to stand
        # must stand.
        connection.execute("PRAGMA synchronous = FULL")
    except BaseException:
        connection.close()  # SQLAlchemy forgets a connection that fails here
        raise


def _keep_wal(connection: sqlite3.Connection) -> None:
    """In WAL mode readers and the writer do not wait for one another. It stays with the file.

    While it changes, SQLite turns others away at once, however long they are ready to wait.
    """
    for attempt in Retrying(
        retry=retry_if_exception(_is_busy),
        wait=wait_random(0.01, 0.1),
        stop=stop_after_delay(BUSY_TIMEOUT_S),
        reraise=True,
    ):
        with attempt:
            connection.execute("PRAGMA journal_mode = WAL")


def _is_busy(error: BaseException) -> bool:
    # The low byte: BUSY has variants of its own.
    return (
        isinstance(error, sqlite3.OperationalError)
        and error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
    )


def begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
