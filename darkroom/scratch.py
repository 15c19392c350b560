"""Room for files that are on their way."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from darkroom.errors import WorldError


@dataclass(frozen=True, slots=True)
class Scratch:
    """A folder whose contents mean nothing once nobody works in it."""

    root: Path

    @contextmanager
    def folder(self) -> Iterator[Path]:
        """A new empty folder, gone with the context. Raises `WorldError` when there is no room."""
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            path = Path(tempfile.mkdtemp(dir=self.root))
        except OSError as error:
            raise WorldError(f"scratch cannot be written to: {error}") from error
        try:
            yield path
        finally:
            shutil.rmtree(path, ignore_errors=True)
