"""Progress as small files in the home, so that one process can show what others do."""

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from darkroom.batches import is_batch_key
from darkroom.work.progress import StageProgress


@dataclass(frozen=True, slots=True)
class FileBoard:
    """One file per batch and stage under `root`, replaced in one step.

    Progress is a courtesy: a board that cannot be written is not an error.
    """

    root: Path

    def show(self, progress: StageProgress) -> None:
        """Replace what was shown of this stage."""
        if not is_batch_key(progress.batch):
            return
        folder = self.root / progress.batch
        beside = folder / f".{progress.stage}.{os.getpid()}"
        with contextlib.suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
            beside.write_text(progress.model_dump_json())
            beside.replace(folder / f"{progress.stage}.json")

    def shown(self, batch: str, *, since: float) -> list[StageProgress]:
        """What was shown of a batch's stages after the moment `since`, in seconds of the epoch."""
        if not is_batch_key(batch):
            return []
        found: list[StageProgress] = []
        for path in sorted((self.root / batch).glob("*.json")):
            with contextlib.suppress(OSError, ValidationError):
                if path.stat().st_mtime >= since:
                    found.append(StageProgress.model_validate_json(path.read_bytes()))
        return found
