"""`darkroom import` and `darkroom retry`: batches made and run here and now."""

import contextlib
import os
import shlex
import shutil
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
from rich.console import Console

from darkroom.batches import Batch, BatchState
from darkroom.errors import SourceUnreadable, UsageError
from darkroom.intake.addresses import origin_of
from darkroom.reports.failure_groups import failure_groups
from darkroom.reports.markdown import visible
from darkroom.samples import server as sample_server
from darkroom.samples.drawing import draw_samples, write_manifest
from darkroom.settings import BatchSize
from darkroom.stages.batch_tables import read_results
from darkroom.uris import scheme_of, shown
from darkroom.work import garbage
from orchestration.announcing import announce
from orchestration.batch_runner import BatchRun
from orchestration.batch_states import batch_states
from orchestration.command_line.progress_display import ProgressDisplay
from orchestration.command_line.running import UNUSABLE, complain
from orchestration.command_line.session import adapters_of
from orchestration.command_line.showing_batches import show_batches
from orchestration.command_line.showing_failures import failure_lines
from orchestration.command_line.showing_status import states_of
from orchestration.configuration import as_variable
from orchestration.instance import open_instance
from orchestration.intake import Sender, opened_before, take_in
from orchestration.lost_runs import end_lost_runs
from orchestration.runs import BatchRuns
from orchestration.wiring import Adapters

SOME_FAILED = 3
WORLD_IN_THE_WAY = 1
INTERRUPTED = 130

_POLL_S = 0.2


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """What a person asks of `darkroom import`."""

    sources: Sequence[str]
    owner: str
    report: str | None
    priority: int
    batch_size: BatchSize | None
    force: bool
    sample: bool


def run_import(request: ImportRequest, folder: Path | None) -> int:
    """Open batches for what is new and run them, whatever other source cannot be read."""
    if not request.sources and not request.sample:
        raise UsageError("name a folder, ZIP, manifest or URL to import, or use --sample")
    adapters = adapters_of(folder)
    console = Console()
    with contextlib.ExitStack() as stack:
        sources = list(request.sources)
        if request.sample:
            address, manifest = stack.enter_context(_sample_source(console, adapters.home.sample))
            adapters = adapters.asking(*_origin(address))
            sources.append(manifest)
        # By key: of a source that is named twice, the second finds the first one's batches waiting.
        batches: dict[str, Batch] = {}
        unreadable = False
        for source in sources:
            try:
                opened = _open(console, adapters, source, request)
            except SourceUnreadable as error:
                complain(error)
                unreadable = True
            else:
                batches |= {batch.key: batch for batch in opened}
        code = run_batches(console, adapters, list(batches.values())) if batches else 0
    if unreadable and code != INTERRUPTED:
        return UNUSABLE
    # The sample fails on purpose in one place: the pipeline did its work all the same.
    return 0 if request.sample and not request.sources and code == SOME_FAILED else code


def run_retry(keys: Sequence[str], folder: Path | None) -> int:
    """Run failed batches again, and those whose run never began."""
    adapters = adapters_of(folder)
    summaries = {summary.batch.key: summary for summary in adapters.records.batches()}
    for key in keys:
        if key not in summaries:
            raise UsageError(f"there is no batch {key}: `darkroom status` lists them")
    with open_instance(adapters.home, adapters.settings) as instance:
        end_lost_runs(instance)
        chosen = [summaries[key].batch for key in keys] or _to_redo(
            instance, [summary.batch for summary in summaries.values()]
        )
        announce(instance, chosen)
    console = Console()
    if not chosen:
        console.print("Nothing to retry: no batch failed.")
        return 0
    return run_batches(console, adapters, chosen)


def run_batches(console: Console, adapters: Adapters, batches: Sequence[Batch]) -> int:
    """Run batches with their progress shown, then say how they ended. The exit code."""
    garbage.give_back()  # sources may have listed any number of photos
    with open_instance(adapters.home, adapters.settings) as instance:
        runs = BatchRuns(
            adapters.home,
            batches,
            instance,
            at_once=adapters.settings.runs.max_import_runs,
            max_retries=adapters.settings.runs.max_retries,
            # Where the samples are served is no setting of the home, which is all a run would read.
            environment=as_variable(
                "downloads", "allow_addresses", adapters.settings.downloads.allow_addresses
            ),
        )
        try:
            with ProgressDisplay(console, adapters.board, batches) as display:
                while not runs.finished:
                    time.sleep(_POLL_S)
                    display.show()
        except KeyboardInterrupt:
            console.print("Stopping; what is finished is kept.")
            # Once is enough: a second one would leave processes behind.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            runs.stop()
            return INTERRUPTED
        ends = runs.ends()
    return _say_how_it_ended(console, adapters, batches, ends)


def _open(console: Console, adapters: Adapters, source: str, request: ImportRequest) -> list[Batch]:
    sender = Sender(request.owner, request.report, request.priority)
    with open_instance(adapters.home, adapters.settings) as instance:
        end_lost_runs(instance)
        before = opened_before(adapters, source, request.owner)
        waiting = [summary.batch for summary in before if summary.unfinished]
        states = batch_states(instance, [batch.key for batch in waiting])
        waiting = [each for each in waiting if states[each.key] is not BatchState.RUNNING]
        opened = take_in(
            # Whoever types an address means it. What it names in turn is a stranger's word.
            adapters.asking(*_origin(source)),
            source,
            sender,
            batch_size=request.batch_size,
            force=request.force,
        )
        # At once, so that the inbox sensor does not take them for batches that nobody runs.
        announce(instance, opened.batches)
    photos = sum(batch.photos for batch in opened.batches)
    parts = [f"{photos} new photos in {len(opened.batches)} batches"]
    if opened.already_known:
        parts.append(f"{opened.already_known} already known")
    if opened.repeated:
        parts.append(f"{opened.repeated} named more than once")
    if waiting:
        parts.append(f"{len(waiting)} unfinished batches taken up again")
    if failed := sum(summary.failed for summary in before if not summary.unfinished):
        parts.append(f"{failed} failed before, which `darkroom retry` works on again")
    named = visible(shown(source), max_chars=1_000)
    console.print(f"{named}: {', '.join(parts)}", markup=False, highlight=False)
    return [*waiting, *opened.batches]


def _to_redo(instance: dg.DagsterInstance, batches: Sequence[Batch]) -> list[Batch]:
    states = batch_states(instance, [batch.key for batch in batches])
    redo = (BatchState.FAILED, BatchState.WAITING)
    return [batch for batch in batches if states[batch.key] in redo]


def _origin(source: str) -> list[str]:
    """Host and port of a source on the web."""
    origin = origin_of(source) if scheme_of(source) in ("http", "https") else None
    return [origin] if origin else []


@contextlib.contextmanager
def _sample_source(console: Console, folder: Path) -> Iterator[tuple[str, str]]:
    """The server's address, and the manifest."""
    folder.mkdir(parents=True, exist_ok=True)
    samples = draw_samples(folder)
    with sample_server.serve(folder) as address:
        console.print(
            f"{len(samples)} sample photos, served at {address}; one answers 404 on purpose.",
            highlight=False,
        )
        yield address, str(write_manifest(folder, samples, address))


def _say_how_it_ended(
    console: Console, adapters: Adapters, batches: Sequence[Batch], ends: Sequence[BatchRun]
) -> int:
    keys = {batch.key for batch in batches}
    summaries = [each for each in adapters.records.batches() if each.batch.key in keys]
    states = states_of(adapters, summaries)
    show_batches(console, summaries, states, everything=False)
    broken = {end.batch: end.broken_steps for end in ends if end.broken_steps}
    for batch, steps in broken.items():
        for step, why in steps.items():
            _line(console, visible(f"{batch}: step {step} failed: {why}", max_chars=500))
    failed = [each.batch.key for each in summaries if each.failed]
    _show_failures(console, adapters, failed)
    _show_ways_on(console, adapters, (failed or [batches[0].key])[0])
    if broken:
        return WORLD_IN_THE_WAY
    return SOME_FAILED if any(not end.success for end in ends) else 0


def _show_failures(console: Console, adapters: Adapters, batches: Sequence[str]) -> None:
    """What went wrong in each batch, each kind once."""
    for batch in batches:
        for line in failure_lines(batch, failure_groups(read_results(adapters.tables, batch))):
            _line(console, line)


def _show_ways_on(console: Console, adapters: Adapters, batch: str) -> None:
    darkroom = f"{_program()} {{}} --home {shlex.quote(str(adapters.home.root))}"
    sheet = f"reports/{batch}/contact_sheet.jpg"
    console.print()
    _line(console, f"Photo by photo:  {darkroom.format(f'results {batch}')}")
    _line(console, f"In the browser:  {darkroom.format('up')}")
    if adapters.store.exists(sheet):  # a run that broke off has none
        _line(console, f"Contact sheet:   {adapters.store.uri(sheet)}")


def _program() -> str:
    """What to type: the plain name where the shell would find it, else where it was run from."""
    if shutil.which("darkroom"):
        return "darkroom"
    return shlex.quote(os.path.relpath(sys.argv[0]))


def _line(console: Console, text: str) -> None:
    """One line that can be copied whole."""
    console.print(text, markup=False, highlight=False, soft_wrap=True)
