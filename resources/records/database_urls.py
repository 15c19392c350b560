"""Which database a setting means."""

from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from darkroom.errors import SettingsInvalid

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
