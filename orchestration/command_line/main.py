"""The command `darkroom`: what each command takes. The work is imported when a command runs."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orchestration.command_line.formats import (
    EntityFormat,
    EvaluatedSubject,
    ResultFormat,
    StatusFormat,
)
from orchestration.command_line.running import begin, ended

if TYPE_CHECKING:
    from darkroom.settings import BatchSize

app = typer.Typer(
    name="darkroom",
    help="Photos from many senders in; one verdict and one record for each out.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
models = typer.Typer(help="Detector models.", no_args_is_help=True)
app.add_typer(models, name="models")
app.callback()(begin)

HomeOption = Annotated[
    Path | None,
    typer.Option(
        "--home",
        metavar="DIR",
        help="Where everything is kept. Default: DARKROOM_HOME, else ./.darkroom.",
    ),
]


def _batch_size(value: str | None) -> "BatchSize | None":
    if value is None or value == "auto":
        return "auto" if value else None
    if value.isdecimal() and int(value) > 0:
        return int(value)
    raise typer.BadParameter("a whole number above 0, or auto", param_hint="--batch-size")


@app.command("import")
def import_(
    sources: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="SOURCE…",
            help="Folder, ZIP, manifest (CSV, TSV, JSON Lines, Parquet), list of URLs, photo, URL"
            " or s3://bucket/prefix.",
        ),
    ] = None,
    owner: Annotated[str, typer.Option(help="Who sends the photos.")] = "me",
    report: Annotated[str | None, typer.Option(help="What the photos belong to.")] = None,
    priority: Annotated[
        int, typer.Option(min=-(2**31), max=2**31 - 1, help="Higher starts first.")
    ] = 0,
    batch_size: Annotated[
        str | None,
        typer.Option(metavar="auto|N", help="Photos in a batch. Default: intake.batch_size."),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Take photos again that were imported before.")
    ] = False,
    sample: Annotated[
        bool, typer.Option("--sample", help="Import a small set of photos drawn for the purpose.")
    ] = False,
    home: HomeOption = None,
) -> None:
    """Import photos and run them through every stage, here and now.

    Ends with 0 when every photo is done or rejected, 3 when some photo failed, 2 when a source
    cannot be read, 1 when the world was in the way. What is known already is not imported again.
    """
    from orchestration.command_line.importing import ImportRequest, run_import
    from orchestration.preloading import fork_runs_from_here

    fork_runs_from_here()
    request = ImportRequest(
        sources=sources or [],
        owner=owner,
        report=report,
        priority=priority,
        batch_size=_batch_size(batch_size),
        force=force,
        sample=sample,
    )
    ended(lambda: run_import(request, home))


@app.command()
def results(
    batch: Annotated[str, typer.Argument(help="A batch's key, as `darkroom status` lists it.")],
    format_: Annotated[ResultFormat, typer.Option("--format")] = ResultFormat.TABLE,
    home: HomeOption = None,
) -> None:
    """Print one entry per photo of a batch."""
    from orchestration.command_line.showing import show_results

    ended(lambda: show_results(batch, format_, home))


@app.command()
def show(
    photo: Annotated[
        str, typer.Argument(metavar="BATCH/PHOTO", help="As results name photos: batch/photo_id.")
    ],
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Where its picture goes. Default: shown/ in the home."),
    ] = None,
    home: HomeOption = None,
) -> None:
    """Print all that is known of one photo, and draw it beside its look-alikes."""
    from orchestration.command_line.showing_photo import show_photo

    ended(lambda: show_photo(photo, out, home))


@app.command()
def entities(
    format_: Annotated[EntityFormat, typer.Option("--format")] = EntityFormat.TABLE,
    home: HomeOption = None,
) -> None:
    """Print what a vision model read from photos of all batches, joined, and from which photos."""
    from orchestration.command_line.showing_entities import show_entities

    ended(lambda: show_entities(format_, home))


@app.command()
def status(
    batch: Annotated[str | None, typer.Argument(help="One batch; all when left out.")] = None,
    format_: Annotated[StatusFormat, typer.Option("--format")] = StatusFormat.TABLE,
    everything: Annotated[
        bool, typer.Option("--all", help="All batches, also where they are many.")
    ] = False,
    home: HomeOption = None,
) -> None:
    """Print batches with their counts and state. JSON has all of them always."""
    from orchestration.command_line.showing_status import show_status

    ended(lambda: show_status(batch, format_, home, everything=everything))


@app.command()
def retry(
    batches: Annotated[
        list[str] | None,
        typer.Argument(metavar="[BATCH…]", help="All failed batches when none is named."),
    ] = None,
    home: HomeOption = None,
) -> None:
    """Run batches again: works on what failed, and keeps the rest. Exit codes as for `import`."""
    from orchestration.command_line.importing import run_retry
    from orchestration.preloading import fork_runs_from_here

    fork_runs_from_here()
    ended(lambda: run_retry(batches or [], home))


@app.command()
def accept(
    batch: Annotated[str, typer.Argument(help="A batch's key, as `darkroom status` lists it.")],
    photos: Annotated[
        list[str] | None,
        typer.Argument(metavar="[PHOTO…]", help="All failed photos when none is named."),
    ] = None,
    reason: Annotated[str, typer.Option(help="Why the failure may stay; kept with it.")] = "",
    home: HomeOption = None,
) -> None:
    """End failures of a batch as accepted: they are not tried again, and do not hold it up."""
    from orchestration.command_line.accepting import accept_failures

    ended(lambda: accept_failures(batch, photos or [], reason=reason, folder=home))


@app.command()
def up(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Port of the UI; 0 takes a free one.")
    ] = None,
    home: HomeOption = None,
) -> None:
    """Start the Dagster UI and daemon on this home, until Ctrl-C."""
    from orchestration.command_line.serving import serve

    ended(lambda: serve(home, host=host, port=port))


@app.command()
def prune(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only list what would be removed.")
    ] = False,
    home: HomeOption = None,
) -> None:
    """Remove what nobody needs any more, as maintenance_schedule does every day."""
    from orchestration.command_line.pruning import run_prune

    ended(lambda: run_prune(home, dry_run=dry_run))


@app.command()
def doctor(home: HomeOption = None) -> None:
    """Check what Darkroom needs, and say how to mend what is missing."""
    from orchestration.command_line.checkup import examine_installation

    ended(lambda: examine_installation(home))


@app.command()
def evaluate(
    corpus: Annotated[
        Path, typer.Argument(metavar="CORPUS", help="Folder whose MANIFEST.csv holds the answers.")
    ],
    only: Annotated[
        list[EvaluatedSubject] | None,
        typer.Option(help="Evaluate this alone; may be repeated. All when left out."),
    ] = None,
    plain: Annotated[
        bool,
        typer.Option("--plain", help="Beside it, what one plain call of each engine gives."),
    ] = False,
    every: Annotated[
        int, typer.Option(min=1, metavar="N", help="Take only every so many photos of each kind.")
    ] = 1,
    format_: Annotated[StatusFormat, typer.Option("--format")] = StatusFormat.TABLE,
    home: HomeOption = None,
) -> None:
    """Print how well photos with known answers are read, with the settings in force."""
    from orchestration.command_line.evaluating import EvaluationRequest, run_evaluation

    request = EvaluationRequest(corpus, only or [], plain=plain, every=every, format=format_)
    ended(lambda: run_evaluation(request, home))


@app.command()
def config(home: HomeOption = None) -> None:
    """Print the effective settings and where each came from."""
    from orchestration.command_line.showing import show_settings

    ended(lambda: show_settings(home))


@models.command("fetch")
def fetch(
    name: Annotated[str, typer.Argument(help="A known model.")] = "yolox_nano",
    url: Annotated[
        str | None, typer.Option(help="Another place to get the same bytes from.")
    ] = None,
    home: HomeOption = None,
) -> None:
    """Download a detector model into the home and verify its SHA-256."""
    from orchestration.command_line.fetching_models import fetch_known_model

    ended(lambda: fetch_known_model(name, url, home))


if __name__ == "__main__":
    app()
