"""Dagster's SQLite databases, opened without reading all of its migrations each time.

Whenever Dagster opens one, it asks Alembic which revision is the newest, and Alembic reads and runs
some ninety files to say so: four fifths of what opening an instance costs, and an eighth of what a
step did. The answer is the same for as long as the process lives.
"""

from functools import cache

from alembic.config import Config
from alembic.script import ScriptDirectory
from dagster._core.storage import sql


class RememberedScripts:
    """In the place of Alembic's `ScriptDirectory`, as far as Dagster uses it there."""

    @classmethod
    def from_config(cls, config: Config) -> ScriptDirectory:
        return _scripts_at(config.get_main_option("script_location") or "")


@cache
def _scripts_at(location: str) -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", location)
    return ScriptDirectory.from_config(config)


def remember_migrations() -> None:
    """From now on, in this process and in those forked from it. Reads them, unless it has."""
    sql.ScriptDirectory = RememberedScripts  # type: ignore[assignment,attr-defined]  # takes its place
    _scripts_at(sql.ALEMBIC_SCRIPTS_LOCATION).as_revision_number("head")
