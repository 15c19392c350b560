import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).parents[2] / "docs" / "settings_page.py"


@pytest.fixture
def settings_page() -> ModuleType:
    spec = importlib.util.spec_from_file_location("settings_page", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_settings_page_is_current(settings_page: ModuleType) -> None:
    """docs/settings.md says what the settings say; docs/settings_page.py writes it anew."""
    assert settings_page.PAGE.read_text("utf-8") == settings_page.page()
