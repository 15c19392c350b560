import pytest
from alembic.script import ScriptDirectory

from darkroom.settings import Settings
from orchestration.home import Home
from orchestration.instance import open_instance


def test_migrations_are_read_once(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Databases that are there open without them, and Dagster knows that theirs is the newest."""
    with open_instance(home, Settings()):
        pass  # they are made
    monkeypatch.setattr(ScriptDirectory, "_load_revisions", lambda _: pytest.fail("read again"))

    with open_instance(home, Settings()) as instance:
        [in_database, newest] = instance.run_storage.alembic_version() or ()

    assert in_database == newest is not None
