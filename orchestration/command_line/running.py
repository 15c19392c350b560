"""How every command begins and ends."""

import gc
import os
from collections.abc import Callable

import typer

UNUSABLE = 2


def begin() -> None:
    # Read when Arrow is loaded, and inherited by whatever this command starts. With its own
    # allocator a step keeps 8 to 20 MiB, of which our small tables have 2 in use.
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
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
        complain(error)
        raise typer.Exit(UNUSABLE) from error
    except WorldError as error:
        complain(error)
        raise typer.Exit(1) from error
    raise typer.Exit(code)


def complain(error: Exception) -> None:
    """One sentence on standard error."""
    typer.echo(f"darkroom: {error}", err=True)
