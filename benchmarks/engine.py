"""The engine alone: photos fetched, validated, hashed and standardised without Dagster.

    .venv/bin/python benchmarks/engine.py SOURCE [--format JPEG] [--home FOLDER] [--no-checkpoints]

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
from pathlib import Path

from darkroom.imaging.examination import ExaminationSettings
from darkroom.outcomes import Outcome
from darkroom.rows import Entry
from darkroom.stages.batch_tables import MANIFESTS
from darkroom.stages.checkpoint import Checkpoint
from darkroom.stages.ingest_plan import IngestPlan
from darkroom.stages.ingest_tables import IngestedPhoto, ingest_tables
from darkroom.stages.ingesting import Ingest, Ingested
from darkroom.storage.checkpoints import Parts
from darkroom.storage.scratch import Scratch
from darkroom.work.workers import Workers
from orchestration.configuration import load_settings
from orchestration.home import Home
from orchestration.intake import Sender, take_in
from orchestration.wiring import Adapters

_STAGES = ("photos", "validations", "hashes", "renditions")
_PRELOAD = ["darkroom.imaging.examination", "scipy.fftpack"]


def take_in_batch(adapters: Adapters, batch: str, *, checkpoints: bool) -> Counter[Outcome]:
    """What the step `ingest` does for one batch; how its photos ended."""
    settings, tables = adapters.settings, adapters.tables
    parts = Parts(tables.store, "ingest", batch, IngestedPhoto)
    checkpoint = Checkpoint(parts, log=lambda line: print(line, file=sys.stderr))
    examination = ExaminationSettings(
        validation=settings.validation, hashes=settings.hashes, renditions=settings.renditions
    )
    plan = IngestPlan(
        tables.read(MANIFESTS, batch, Entry),
        selected=_STAGES,
        previous=ingest_tables(tables, batch, checkpoint.found),
        settings=examination,
        max_bytes=settings.downloads.max_bytes,
        **({"keep": checkpoint.keep} if checkpoints else {}),
    )
    ended: Counter[Outcome] = Counter()

    def report(ingested: Ingested) -> None:
        ended[plan.take(ingested)] += 1

    with (
        Scratch(adapters.home.scratch).folder() as scratch,
        Workers(
            settings.workers, megapixels=settings.validation.max_megapixels, preload=_PRELOAD
        ) as workers,
        checkpoint,
    ):
        workers.warm_up()
        step = Ingest(
            fetcher=adapters.fetcher,
            store=adapters.store,
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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source")
    parser.add_argument("--format", default="JPEG", choices=["PNG", "JPEG", "WEBP"])
    parser.add_argument("--home", type=Path)
    parser.add_argument("--no-checkpoints", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="darkroom-engine-") as folder:
        home = Home(options.home or Path(folder))
        home.make()
        settings = load_settings(home)
        renditions = settings.renditions.model_copy(update={"format": options.format})
        adapters = Adapters(home, settings.model_copy(update={"renditions": renditions}))
        adapters = adapters.asking("127.0.0.1")
        adapters.records.migrate()
        # One batch: the engine has nothing to gain from several.
        batches = take_in(adapters, options.source, Sender("benchmark"), batch_size=10**9).batches
        started = time.perf_counter()
        ended: Counter[Outcome] = Counter()
        for batch in batches:
            ended += take_in_batch(adapters, batch.key, checkpoints=not options.no_checkpoints)
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
