"""Bringing a records database to the tables that this version knows."""

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from darkroom.errors import RecordsUnavailable
from resources.records.connecting import reading, writing

REVISION = "0009"
"""The newest one in `migrations/versions`."""
_LOCK = 0x6461726B726F6F6D
"""Any number that no other program locks: this one spells darkroom."""


def migrate(engine: Engine) -> None:
    """Create or upgrade the tables, in one transaction; harmless and quick when they are current.

    Safe when several processes call it at once: the first does it, the others wait. Raises
    `RecordsUnavailable`, also for a database that a newer version has been at.
    """
    with reading(engine) as connection:
        if _revision(connection) == REVISION:
            return
    with writing(engine) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        if _revision(connection) != REVISION:
            _upgrade(connection)


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _upgrade(connection: Connection) -> None:
    # Alembic takes its time to load, and a database is new only once.
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    folder = str(Path(__file__).parent / "migrations")
    config.set_main_option("script_location", folder.replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise RecordsUnavailable(
            f"the records database cannot be upgraded ({error});"
            " a newer version of Darkroom may have been at it"
        ) from error
