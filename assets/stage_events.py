"""What every stage tells Dagster: its table, its counts, its failures and its check."""

import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import dagster as dg

from assets.partitions import batches
from darkroom.outcomes import Outcome
from darkroom.reports.markdown import visible
from darkroom.rows import Row
from darkroom.settings import Settings
from darkroom.work.load import LoadSampler
from darkroom.work.progress import Meter, ProgressBoard, StageProgress

CHECK = "no_failed_photos"

Events = Iterator[dg.Output[Sequence[Row] | None] | dg.AssetCheckResult]

_TABLE_LIMIT = 100


def no_failed_photos(stage: str) -> dg.AssetCheckSpec:
    """The check of a stage, one answer per batch."""
    with warnings.catch_warnings():
        # A check per partition is what we need, and Dagster still calls it a preview.
        warnings.simplefilter("ignore", dg.PreviewWarning)
        return dg.AssetCheckSpec(
            CHECK,
            asset=stage,
            partitions_def=batches,
            description="Every photo of the batch has a verdict from this stage.",
        )


def meter(
    context: dg.AssetExecutionContext,
    board: ProgressBoard,
    *,
    stage: str,
    total: int,
    workers: Callable[[], int] = lambda: 1,
    hosts: Callable[[], Mapping[str, int]] = dict,
) -> Meter:
    """Counts photos on the progress board, and every few seconds in the run's log.

    `workers` says how many photos may be worked on at once, `hosts` which are being held back.
    """
    start = StageProgress(batch=context.partition_key, stage=stage, total=total)
    load = LoadSampler(workers=workers, hosts=hosts)
    return Meter(start, board=board.show, log=context.log.info, load=load)


@dataclass(frozen=True, slots=True)
class StageReport:
    """The table of a stage and how it came about."""

    stage: str
    rows: Sequence[Row]
    progress: StageProgress

    @property
    def failed(self) -> list[Row]:
        return [row for row in self.rows if row.outcome is Outcome.FAILED]

    @property
    def failures_accepted(self) -> int:
        return sum(row.outcome is Outcome.FAILURE_ACCEPTED for row in self.rows)

    def metadata(self) -> dict[str, dg.MetadataValue]:
        """Counts, speed and failures, as the UI shows them."""
        counts = Counter(row.outcome for row in self.rows)
        shown: dict[str, dg.MetadataValue] = {
            "photos": dg.MetadataValue.int(len(self.rows)),
            **{outcome.value: dg.MetadataValue.int(counts[outcome]) for outcome in Outcome},
            "worked_on": dg.MetadataValue.int(self.progress.done),
            "seconds": dg.MetadataValue.float(round(self.progress.seconds, 2)),
            "photos_per_second": dg.MetadataValue.float(round(self.progress.rate, 2)),
        }
        if self.failed:
            shown["failures"] = failure_table(self.failed)
        return shown


def failure_table(failed: Sequence[Row]) -> dg.TableMetadataValue:
    """One line per failed photo. The UI shows a table's cells as plain text."""
    records = [
        dg.TableRecord(
            {
                "photo": row.photo_id,
                "error": row.failure.error_type,
                "message": visible(row.failure.message),
                "attempts": row.failure.attempts,
                "retryable": row.failure.retryable,
            }
        )
        for row in failed[:_TABLE_LIMIT]
        if row.failure
    ]
    return dg.MetadataValue.table(records)


def observe_failures(
    context: dg.AssetExecutionContext, report: StageReport, settings: Settings
) -> None:
    """Each failed photo in the stage's lineage; beyond the bound the table has them all."""
    for row in report.failed[: settings.runs.observations_per_batch]:
        if row.failure is None:
            continue
        context.log_event(
            dg.AssetObservation(
                asset_key=report.stage,
                partition=context.partition_key,
                description=f"{row.photo_id} failed: {visible(row.failure.message)}",
                metadata={
                    "photo": row.photo_id,
                    "error_type": row.failure.error_type,
                    "message": visible(row.failure.message),
                    "attempts": row.failure.attempts,
                    "retryable": row.failure.retryable,
                },
            )
        )


def check_result(report: StageReport) -> dg.AssetCheckResult:
    """Whether every photo has a verdict from this stage, or a person accepted that it has none."""
    return dg.AssetCheckResult(
        asset_key=report.stage,
        check_name=CHECK,
        passed=not report.failed,
        metadata={
            "failed": len(report.failed),
            "failures_accepted": report.failures_accepted,
            "photos": len(report.rows),
        },
    )


def stage_events(
    context: dg.AssetExecutionContext,
    *,
    rows: Sequence[Row],
    counted: Meter,
    settings: Settings,
    output: str = "result",
    check: bool = True,
    stands: bool = False,
    more: Mapping[str, dg.MetadataValue] = MappingProxyType({}),
) -> Events:
    """The output of a stage, after its failures and before its check; `more` is what it shows.

    With `stands` the table is left as it is, and `rows` may be what all stages say of it.
    """
    report = StageReport(counted.now.stage if output == "result" else output, rows, counted.now)
    observe_failures(context, report, settings)
    table = None if stands else rows
    yield dg.Output(table, output_name=output, metadata={**report.metadata(), **more})
    if check:
        yield check_result(report)


def standing_events(
    context: dg.AssetExecutionContext,
    board: ProgressBoard,
    *,
    stage: str,
    rows: Sequence[Row],
    settings: Settings,
) -> Events:
    """The same of a stage that has nothing to do: its table stands."""
    with meter(context, board, stage=stage, total=0) as counted:
        pass
    yield from stage_events(context, rows=rows, counted=counted, settings=settings, stands=True)
