"""How the records database is reached: an engine per process, transactions, errors."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DatabaseError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from darkroom.errors import RecordsUnavailable
from darkroom.storage.storable_text import storable_json
from resources.records import sqlite

_MAKING = Lock()
_SMALL_FILES_BYTES = 64 << 10
_FOR_STRANGERS: dict[str, Any] = {"hide_parameters": True, "json_serializer": storable_json}
"""Parameters are strangers' text: it stays out of messages, and JSON of it is made storable."""
_POSTGRESQL_DEFAULTS = {"connect_timeout": 10, "application_name": "darkroom"}


def engine_for(url: URL) -> Engine:
    """This process's engine for a database; it connects when first used."""
    with _MAKING:  # of two engines made at once, one would be lost with its connections
        return _engine(url, os.getpid())


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction for reading. Raises `RecordsUnavailable`."""
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
    if url.get_backend_name() == "sqlite":
        _make_folder(Path(str(url.database)).parent)
        wait = {"timeout": sqlite.BUSY_TIMEOUT_S}
        engine = create_engine(url, connect_args=wait, **_FOR_STRANGERS)
        event.listen(engine, "connect", sqlite.set_up, insert=True)
        event.listen(engine, "begin", sqlite.begin)
        return engine
    unsaid = {name: value for name, value in _POSTGRESQL_DEFAULTS.items() if name not in url.query}
    return create_engine(url, pool_pre_ping=True, connect_args=unsaid, **_FOR_STRANGERS)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RecordsUnavailable(
            f"the folder {folder} for the records database cannot be made: {error.strerror}"
        ) from error


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
    if "disk is full" in said or "No space left" in said or _lacks_room(url, said):
        return f"the disk of the records database {_shown(url)} is full; make room and try again"
    if url.password:
        said = said.replace(str(url.password), "***")
    return f"the records database {_shown(url)} does not answer or refuses: {said}"


def _lacks_room(url: URL, said: str) -> bool:
    """SQLite that cannot make the small files beside its own speaks only of an I/O error."""
    if "disk I/O error" not in said or not url.database:
        return False
    return shutil.disk_usage(Path(url.database).parent).free < _SMALL_FILES_BYTES


def _shown(url: URL) -> str:
    return url.set(query={}).render_as_string(hide_password=True)
