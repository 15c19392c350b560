"""The home: the one folder that a Darkroom installation writes to unless told otherwise."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from darkroom.errors import SettingsInvalid

HOME_VARIABLE = "DARKROOM_HOME"
_DEFAULT = ".darkroom"
DAGSTER_MARK = (
    "# Written by darkroom from its settings at every start. Remove this line to keep your own.\n"
)


@dataclass(frozen=True, slots=True)
class Home:
    """Where things are in a home. Also the DAGSTER_HOME: runs, events and schedules live beside."""

    root: Path

    @classmethod
    def named(cls, folder: Path | None = None) -> Self:
        """The folder given, else what DARKROOM_HOME says, else `.darkroom` where we stand."""
        chosen = folder or Path(os.environ.get(HOME_VARIABLE) or _DEFAULT)
        return cls(chosen.expanduser().resolve())

    @property
    def settings_file(self) -> Path:
        return self.root / "darkroom.yaml"

    @property
    def dagster_file(self) -> Path:
        return self.root / "dagster.yaml"

    @property
    def dagster_is_ours(self) -> bool:
        """Whether `dagster.yaml` may be written: it has our first line, or is not there yet."""
        file = self.dagster_file
        return not file.is_file() or file.read_bytes().startswith(DAGSTER_MARK.encode())

    @property
    def store(self) -> Path:
        return self.root / "store"

    @property
    def records(self) -> Path:
        return self.root / "records.db"

    @property
    def delivered(self) -> Path:
        return self.root / "delivered"

    @property
    def inbox(self) -> Path:
        return self.root / "inbox"

    @property
    def sources(self) -> Path:
        """Archives that were fetched from a URL."""
        return self.root / "sources"

    @property
    def scratch(self) -> Path:
        return self.root / "scratch"

    @property
    def progress(self) -> Path:
        return self.root / "progress"

    @property
    def models(self) -> Path:
        return self.root / "models"

    @property
    def shown(self) -> Path:
        """Pictures that `darkroom show` drew."""
        return self.root / "shown"

    @property
    def sample(self) -> Path:
        """The sample photos, once they were drawn."""
        return self.root / "sample"

    def make(self) -> None:
        """Create the folder, and the inbox for people to find. Raises `SettingsInvalid`."""
        try:
            self.inbox.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise SettingsInvalid(
                f"{self.inbox} cannot be made ({error.strerror}): choose another --home"
            ) from error
