"""One command's view of a home: its settings and adapters."""

from pathlib import Path

from orchestration.configuration import load_settings
from orchestration.home import Home
from orchestration.wiring import Adapters


def adapters_of(folder: Path | None) -> Adapters:
    """The adapters of the home that was named. Raises `SettingsInvalid`."""
    home = Home.named(folder)
    return Adapters(home, load_settings(home))
