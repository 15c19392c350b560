"""The engine alone: photos fetched, validated, hashed and standardised without Dagster.

    .venv/bin/python -m benchmarks.engine SOURCE [--format JPEG] [--home FOLDER] [--no-checkpoints]

SOURCE is what `darkroom import` takes: a folder, an archive or a manifest of URLs. The last line is
JSON: photos, wall seconds from the first fetch to the last table, CPU seconds of all processes.
"""

import argparse
import asyncio
import json
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from darkroom.imaging.examination import ExaminationSettings
from darkroom.intake.importing import Import, plan_batches
from darkroom.intake.sources.opening import open_source
from darkroom.outcomes import Outcome
from darkroom.rows import Entry
from darkroom.settings import Settings
from darkroom.stages.checkpoint import Checkpoint
from darkroom.stages.ingest_plan import IngestPlan
from darkroom.stages.ingest_tables import IngestedPhoto, ingest_tables
from darkroom.stages.ingesting import Ingest, Ingested
from darkroom.storage.checkpoints import Parts
from darkroom.storage.scratch import Scratch
from darkroom.storage.tables import Tables
from darkroom.work import garbage
from darkroom.work.fork_servers import fork_server_here
from darkroom.work.machine import usable_cores
from darkroom.work.workers import Workers
from resources.fetching.choice import Fetchers
from resources.listing.remote import RemoteListing
from resources.stores.folder import FolderStore

_STAGES = ("photos", "validations", "hashes", "renditions")
PRELOAD = ["darkroom.imaging.examination", "scipy.fftpack"]


@dataclass(frozen=True, slots=True)
class Engine:
    """The parts of Darkroom that a step `ingest` puts together, in a folder."""

    home: Path
    settings: Settings

    @property
    def tables(self) -> Tables:
        return Tables(FolderStore(self.home / "store"))

    def entries(self, source: str) -> tuple[str, Sequence[Entry]]:
        """Key and photos of one batch of all that the source holds."""
        settings = self.settings
        listing = open_source(
            source,
            settings=settings.intake,
            kept=self.home / "sources",
            remote=RemoteListing(settings.downloads, settings.s3, settings.intake),
        )
        what = Import(
            owner="benchmark",
            source=source,
            cores=usable_cores(),
            now=datetime.now(UTC),
            batch_size=10**9,  # the engine has nothing to gain from several
        )
        batch, entries = next(plan_batches(listing.name, listing.found, what))
        return batch.key, entries

    def take_in(self, batch: str, entries: Sequence[Entry], *, kept: bool) -> Counter[Outcome]:
        """What the step does; how the photos ended. With checkpoints if they are `kept`."""
        settings, tables = self.settings, self.tables
        parts = Parts(tables.store, "ingest", batch, IngestedPhoto)
        checkpoint = Checkpoint(parts, log=lambda line: print(line, file=sys.stderr))
        examination = ExaminationSettings(
            validation=settings.validation, hashes=settings.hashes, renditions=settings.renditions
        )
        plan = IngestPlan(
            entries,
            selected=_STAGES,
            previous=ingest_tables(tables, batch, checkpoint.found),
            settings=examination,
            max_bytes=settings.downloads.max_bytes,
            **({"keep": checkpoint.keep} if kept else {}),
        )
        ended: Counter[Outcome] = Counter()

        def report(ingested: Ingested) -> None:
            ended[plan.take(ingested)] += 1

        with (
            Scratch(self.home / "scratch").folder() as scratch,
            Workers(
                settings.workers, megapixels=settings.validation.max_megapixels, preload=PRELOAD
            ) as workers,
            checkpoint,
        ):
            workers.warm_up()
            step = Ingest(
                fetcher=Fetchers(settings.downloads, settings.s3, settings.intake),
                store=tables.store,
                workers=workers,
                downloads=settings.downloads,
                limits=settings.workers,
                examination=examination,
                scratch=scratch,
            )
            asyncio.run(step.run(plan.tasks, report))
        for stage in _STAGES:
            tables.write(stage, batch, plan.rows(stage))
        checkpoint.discard()
        return ended


def settings_of(photo_format: str) -> Settings:
    """The defaults, with a server on this machine allowed."""
    return Settings.model_validate(
        {"renditions": {"format": photo_format}, "downloads": {"allow_addresses": ["127.0.0.1"]}}
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source")
    parser.add_argument("--format", default="JPEG", choices=["PNG", "JPEG", "WEBP"])
    parser.add_argument("--home", type=Path)
    parser.add_argument("--no-checkpoints", action="store_true")
    options = parser.parse_args()
    fork_server_here(PRELOAD)
    garbage.look_seldom()  # as a step does
    with tempfile.TemporaryDirectory(prefix="darkroom-engine-") as folder:
        engine = Engine(options.home or Path(folder), settings_of(options.format))
        batch, entries = engine.entries(options.source)
        started = time.perf_counter()
        ended = engine.take_in(batch, entries, kept=not options.no_checkpoints)
        wall = time.perf_counter() - started
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    figures = {
        "photos": sum(ended.values()),
        "ended": {outcome.value: count for outcome, count in ended.items()},
        "wall_s": round(wall, 3),
        "cpu_s": round(sum(each.ru_utime + each.ru_stime for each in used), 3),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
