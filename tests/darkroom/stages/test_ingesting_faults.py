"""Photos from a server that misbehaves: the rows that a batch of them leaves."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from darkroom.imaging.examination import ExaminationSettings
from darkroom.outcomes import Outcome, Reason
from darkroom.rows import Entry, PhotoRow, ValidationRow
from darkroom.settings import DownloadSettings, IntakeSettings, S3Settings, WorkerSettings
from darkroom.stages.ingest_plan import IngestPlan
from darkroom.stages.ingest_tables import IngestTables
from darkroom.stages.ingesting import Ingest
from darkroom.storage.scratch import Scratch
from darkroom.work.workers import Workers
from resources.fetching.choice import Fetchers
from resources.stores.folder import FolderStore

if TYPE_CHECKING:
    from tests.fault_server import FaultServer

DONE, REJECTED, FAILED = Outcome.DONE, Outcome.REJECTED, Outcome.FAILED

PHOTOS = {
    "sound": (DONE, None, 1),
    "429-seconds": (DONE, None, 3),
    "503-burst": (DONE, None, 3),
    "page": (DONE, None, 1),
    "empty": (DONE, None, 1),
    "gzip-bomb": (REJECTED, None, 1),
    "flood": (REJECTED, None, 1),
    "503": (FAILED, "ServerError", 3),
    "truncated": (FAILED, "BodyCut", 3),
    "length-too-small": (FAILED, "AnswerUnreadable", 3),
    "drip": (FAILED, "Timeout", 3),
    "404": (FAILED, "NotFound", 1),
    "redirect-loop": (FAILED, "TooManyRedirects", 1),
    "redirect-to-loopback": (FAILED, "AddressRefused", 1),
    "redirect-to-metadata": (FAILED, "AddressRefused", 1),
    "redirect-to-file": (FAILED, "RedirectRefused", 1),
}
"""Outcome, error type and attempts of each photo's row."""

VERDICTS = {
    "sound": (DONE, []),
    "429-seconds": (DONE, []),
    "503-burst": (DONE, []),
    "page": (REJECTED, [Reason.NOT_AN_IMAGE]),
    "empty": (REJECTED, [Reason.EMPTY, Reason.BYTES]),
    "gzip-bomb": (REJECTED, [Reason.BYTES]),
    "flood": (REJECTED, [Reason.BYTES]),
}
"""The others are skipped: there is nothing to judge."""


def test_each_fault_costs_its_own_photo(fault_server: "FaultServer", tmp_path: Path) -> None:
    """All at once from one server: the sound ones are done, each other says why it is not."""
    downloads = DownloadSettings(
        max_retries=2,
        retry_wait_s=0.001,
        max_retry_wait_s=0.002,
        total_timeout_s=3,
        max_bytes=1_000_000,
        allow_addresses=[fault_server.authority],
    )
    entries = [
        Entry(photo_id=fault, uri=fault_server.url(fault), filename="photo.jpg", identity=fault)
        for fault in PHOTOS
    ]
    plan = IngestPlan(
        entries,
        selected=["photos", "validations", "hashes", "renditions"],
        previous=IngestTables(),
        settings=ExaminationSettings(),
        max_bytes=downloads.max_bytes,
    )
    store = FolderStore(tmp_path / "store")
    with (
        Scratch(tmp_path / "scratch").folder() as scratch,
        Workers(WorkerSettings(max_workers=1), preload=["darkroom.imaging.examination"]) as workers,
    ):
        workers.warm_up()
        ingest = Ingest(
            fetcher=Fetchers(downloads, S3Settings(), IntakeSettings()),
            store=store,
            workers=workers,
            downloads=downloads,
            limits=WorkerSettings(),
            examination=ExaminationSettings(),
            scratch=scratch,
        )
        asyncio.run(ingest.run(plan.tasks, plan.take))
        left_in_scratch = list(scratch.iterdir())

    photos = [row for row in plan.rows("photos") if isinstance(row, PhotoRow)]
    verdicts = [row for row in plan.rows("validations") if isinstance(row, ValidationRow)]
    assert {
        row.photo_id: (row.outcome, row.failure and row.failure.error_type, row.attempts)
        for row in photos
    } == PHOTOS
    assert {row.photo_id: (row.outcome, row.reasons) for row in verdicts} == {
        fault: VERDICTS.get(fault, (Outcome.SKIPPED, [])) for fault in PHOTOS
    }
    # Of what failed, not even a part is kept: the photo, its rendition, the page, the empty body.
    assert len(list(store.names("blobs/"))) == 4
    assert left_in_scratch == []
