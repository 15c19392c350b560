"""What a worker process does with one hostile file, and what it says of itself afterwards."""

import asyncio
import os
import resource
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

from darkroom.errors import PhotoFailed, SourceUnreadable
from darkroom.imaging.examination import ExaminationSettings, examine
from darkroom.intake.sources.opening import open_source
from darkroom.ports import RemoteSources
from darkroom.recognition.from_file import find_codes, read_text
from darkroom.settings import DownloadSettings, IntakeSettings, OcrSettings
from resources.fetching.archives import ArchiveFetcher
from resources.fetching.threads import Threads
from resources.ocr.choice import text_reader

MAX_ENTRIES_FETCHED = 20
_UNIT = 1 if sys.platform == "darwin" else 1024


@dataclass(frozen=True, slots=True)
class Tried:
    """How it ended, and the most memory that this worker ever had."""

    outcomes: list[str]
    worker: int
    peak_bytes: int


def try_image(path: Path, name: str, *, look_closer: bool) -> Tried:
    """Examined; with `look_closer` its text and codes are read when it was accepted."""
    with TemporaryDirectory() as scratch:
        found = examine(path, filename=name, settings=ExaminationSettings(), scratch=Path(scratch))
        outcomes = [_first_reason(found.reasons) if found.reasons else "accepted"]
        if look_closer and found.rendition is not None:
            find_codes(path, [], "quick")
            read_text(path, text_reader(OcrSettings()))
            outcomes.append("read for text and codes")
    return _tried(outcomes)


def try_source(path: Path) -> Tried:
    """Opened as a source; of a ZIP, its first entries are unpacked, too."""
    with TemporaryDirectory() as folder:
        nowhere = cast("RemoteSources", None)  # a local source asks nobody else
        try:
            listing = open_source(
                str(path), settings=IntakeSettings(), kept=Path(folder), remote=nowhere
            )
        except SourceUnreadable:
            return _tried(["source unreadable"])
        outcomes = ["source opened"]
        entries = [photo.uri for photo in listing.found if photo.uri.startswith("zip:")]
        outcomes += asyncio.run(_fetched(entries[:MAX_ENTRIES_FETCHED], Path(folder)))
    return _tried(outcomes)


async def _fetched(uris: list[str], scratch: Path) -> list[str]:
    threads = Threads(2)
    fetcher = ArchiveFetcher(DownloadSettings(), IntakeSettings(), threads)
    outcomes = []
    for uri in uris:
        try:
            await fetcher.fetch(uri, scratch)
            outcomes.append("entry unpacked")
        except PhotoFailed as error:
            outcomes.append(f"entry failed: {error.failure.error_type}")
    await fetcher.close()
    await threads.close()
    return outcomes


def _first_reason(reasons: Sequence[str]) -> str:
    return f"rejected: {reasons[0]}"


def _tried(outcomes: list[str]) -> Tried:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _UNIT
    return Tried(outcomes, os.getpid(), peak)
