"""Every stage of one batch in a plain program: `python -m ….stages SOURCE --home FOLDER`.

What the job does without Dagster: the same stages with the same adapters and defaults, one after
another, each on all cores, checkpoints included. Prints the seconds of each as JSON.
"""

import argparse
import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self, TypeVar

from benchmarks.engine import PRELOAD, Engine, settings_of
from darkroom.recognition.detecting import Tiling
from darkroom.reports.reporting import contact_sheet_of, findings_of
from darkroom.results import PhotoResult
from darkroom.rows import Entry, HashRow, PhotoRow, RenditionRow, Row, TextRow, ValidationRow
from darkroom.stages.batch_tables import MANIFESTS, accepted, by_photo, known_results
from darkroom.stages.checkpoint import Checkpoint
from darkroom.stages.delivery_stage import deliver_csv, deliveries_stage
from darkroom.stages.duplicate_stage import DuplicatePlan
from darkroom.stages.recognition_stages import codes_stage, detections_stage, texts_stage
from darkroom.stages.record_stage import RecordPlan
from darkroom.stages.stage import Stage, run_stage
from darkroom.storage.checkpoints import Parts
from darkroom.work.fork_servers import fork_server_here
from darkroom.work.progress import Meter, StageProgress
from darkroom.work.workers import Workers
from orchestration.home import Home
from orchestration.intake import Sender, take_in
from orchestration.wiring import Adapters

W = TypeVar("W")
R = TypeVar("R", bound=Row)

_PRELOAD = [*PRELOAD, "darkroom.recognition.from_file", "darkroom.recognition.detecting"]


@dataclass(frozen=True, slots=True)
class Plainly:
    """A batch that is taken in, and the stages that follow."""

    adapters: Adapters
    batch: str
    seconds: dict[str, float] = field(default_factory=dict)

    @classmethod
    def take_in(cls, source: str, adapters: Adapters) -> Self:
        """The batch of all that the source holds, fetched and examined."""
        opened = take_in(adapters, source, Sender("benchmark"), batch_size=10**9)
        plainly = cls(adapters, opened.batches[0].key)
        with plainly._timed("ingest"):
            engine = Engine(adapters.home.root, adapters.settings)
            entries = adapters.tables.read(MANIFESTS, plainly.batch, Entry)
            engine.take_in(plainly.batch, entries, kept=True)
        return plainly

    def recognise(self) -> None:
        """Texts, codes, objects and duplicates of what was accepted."""
        settings, store, batch = self.adapters.settings, self.adapters.store, self.batch
        tables = self.adapters.tables
        hashes = tables.read("hashes", batch, HashRow)
        chosen = accepted(
            tables.read("photos", batch, PhotoRow),
            tables.read("validations", batch, ValidationRow),
            tables.read("renditions", batch, RenditionRow),
        )
        with Workers(
            settings.workers, megapixels=settings.validation.max_megapixels, preload=_PRELOAD
        ) as workers:
            reader = self.adapters.text_reader if settings.ocr.enabled else None
            reading = texts_stage(chosen, reader=reader, store=store, workers=workers)
            texts: list[TextRow] = self._run(reading, workers.count)
            looking = codes_stage(
                chosen, by_photo(texts), settings=settings.codes, store=store, workers=workers
            )
            self._run(looking, workers.count)
            finding = detections_stage(
                chosen,
                detector=self.adapters.detector_choice.load(),
                tiling=Tiling(settings.detector.tiles, settings.detector.max_overlap),
                store=store,
                workers=workers,
            )
            self._run(finding, workers.count)
        with self._timed("duplicates"):
            plan = DuplicatePlan(
                chosen, by_photo(hashes), previous={}, settings=settings.duplicates, database=""
            )
            with self._meter("duplicates", plan.outstanding) as meter:
                rows = plan.rows(batch, self.adapters.records, meter)
            tables.write("duplicates", batch, rows)

    def hand_over(self) -> None:
        """Deliveries, records and the report's pictures."""
        settings, store, batch = self.adapters.settings, self.adapters.store, self.batch
        target = self.adapters.delivery_target
        results = self._results(leave_out=["deliveries", "records"])
        stage = deliveries_stage(
            batch, results, settings=settings.deliveries, store=store, target=target
        )
        rows = self._run(stage, settings.deliveries.max_concurrent_uploads)
        if settings.deliveries.enabled:
            deliver_csv(batch, results, rows, target)
        with self._timed("records"):
            plan = RecordPlan(self._results(leave_out=["records"]), previous={}, database="")
            with self._meter("records", len(plan.outstanding)) as meter:
                written = plan.write(
                    batch,
                    self.adapters.records,
                    photos_per_call=settings.database.photos_per_transaction,
                    meter=meter,
                )
            self.adapters.tables.write("records", batch, written)
        with self._timed("report"):
            results = self._results(leave_out=[])
            store.put(f"reports/{batch}/contact_sheet.jpg", contact_sheet_of(results, store, None))
            if findings := findings_of(results, store):
                store.put(f"reports/{batch}/findings.jpg", findings)

    def _run(self, stage: Stage[W, R], threads: int) -> list[R]:
        tables = self.adapters.tables
        checkpoint = Checkpoint(Parts(tables.store, stage.name, self.batch, stage.row), log=print)
        with self._timed(stage.name):
            with self._meter(stage.name, len(stage.outstanding({}))) as meter, checkpoint:
                rows = run_stage(
                    stage, previous={}, meter=meter, threads=threads, keep=checkpoint.keep
                )
            tables.write(stage.name, self.batch, rows)
            checkpoint.discard()
        return rows

    def _results(self, leave_out: Sequence[str]) -> list[PhotoResult]:
        return known_results(self.adapters.tables, self.batch, leave_out=leave_out)

    def _meter(self, stage: str, total: int) -> Meter:
        start = StageProgress(batch=self.batch, stage=stage, total=total)
        return Meter(start, board=lambda _: None, log=lambda _: None)

    @contextmanager
    def _timed(self, stage: str) -> Iterator[None]:
        started = time.perf_counter()
        yield
        self.seconds[stage] = round(time.perf_counter() - started, 2)


def main() -> None:
    """Run them, and print what each took."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source")
    parser.add_argument("--home", type=Path, required=True)
    options = parser.parse_args()
    fork_server_here(_PRELOAD)
    home = Home(options.home)
    home.make()
    plainly = Plainly.take_in(options.source, Adapters(home, settings_of("JPEG")))
    plainly.recognise()
    plainly.hand_over()
    print(json.dumps(plainly.seconds))


if __name__ == "__main__":
    main()
