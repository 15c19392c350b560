"""Which database a setting means."""

from pathlib import Path
from typing import Any

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from darkroom.errors import SettingsInvalid

_POSTGRESQL = {"postgresql", "postgresql+psycopg", "postgres"}
_SQLITE = {"sqlite", "sqlite+pysqlite"}


def database_url(url: str | None, default: Path) -> URL:
    """The database that a setting means, or the SQLite file `default`.

    Raises `SettingsInvalid` for what is neither PostgreSQL nor a SQLite file, or has parameters
    unknown to PostgreSQL, without repeating the URL: it may hold a password.
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
        given = given.set(drivername="postgresql+psycopg")
        _check_parameters(given)
        return given
    if given.drivername in _SQLITE:
        if given.database in {None, "", ":memory:"}:
            raise SettingsInvalid(
                "a SQLite database in memory is lost between processes; name a file, sqlite:///file"
            )
        return given.set(database=str(Path(str(given.database)).expanduser().absolute()))
    raise SettingsInvalid(
        f"records cannot be kept in {given.drivername}; use sqlite:///file or postgresql+psycopg://…"
    )


def _check_parameters(url: URL) -> None:
    """As psycopg does when it connects, where it would pass for a mistake in a statement."""
    from psycopg import ProgrammingError, conninfo  # a home on SQLite does without

    parameters: dict[str, Any] = {name: str(value) for name, value in url.query.items()}
    try:
        conninfo.make_conninfo(**parameters)
        if "connect_timeout" in parameters:
            conninfo.timeout_from_conninfo(parameters)
    except ProgrammingError as error:
        raise SettingsInvalid(f"database.url: {str(error).strip()}") from None
