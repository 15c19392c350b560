"""Room for files that are on their way."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Scratch:
    """A folder whose contents mean nothing once nobody works in it."""

    root: Path

    @contextmanager
    def folder(self) -> Iterator[Path]:
        """A new empty folder, gone with the context."""
        self.root.mkdir(parents=True, exist_ok=True)
        path = Path(tempfile.mkdtemp(dir=self.root))
        try:
            yield path
        finally:
            shutil.rmtree(path, ignore_errors=True)
