"""How every command begins and ends."""

import gc
from collections.abc import Callable

import typer


def begin() -> None:
    # Half of what most commands do is importing, a fifth of that looking for garbage where is none.
    gc.disable()


def ended(work: Callable[[], int]) -> None:
    """Run a command; what a person can mend is one sentence, not a traceback."""
    from darkroom.errors import UsageError, WorldError

    gc.freeze()
    gc.enable()
    try:
        code = work()
    except UsageError as error:
        typer.echo(f"darkroom: {error}", err=True)
        raise typer.Exit(2) from error
    except WorldError as error:
        typer.echo(f"darkroom: {error}", err=True)
        raise typer.Exit(1) from error
    raise typer.Exit(code)
