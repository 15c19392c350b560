"""`darkroom accept`: failures that a person ends as accepted."""

import getpass
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from darkroom.batches import BatchState
from darkroom.errors import UsageError
from darkroom.stages.accepting import acceptances, write_accepted
from darkroom.storage.storable_text import storable
from orchestration.batch_states import batch_states
from orchestration.command_line.session import adapters_of
from orchestration.instance import open_instance
from orchestration.lost_runs import end_lost_runs
from orchestration.wiring import Adapters


def accept_failures(
    batch: str, photo_ids: Sequence[str], *, reason: str, folder: Path | None
) -> int:
    """Accept the failures of these photos, or of all that failed. Repeating it changes nothing."""
    adapters = adapters_of(folder)
    if not reason.strip():
        raise UsageError("say why the failure is accepted: --reason TEXT")
    if adapters.records.batch(batch) is None:
        raise UsageError(f"there is no batch {batch}: `darkroom status` lists them")
    _refuse_while_running(adapters, batch)
    accepted = acceptances(
        adapters.tables,
        batch,
        photo_ids,
        reason=storable(reason.strip()),
        accepted_by=_who(),
        now=datetime.now(UTC),
    )
    # First who and why, then the effect: between the two a failure still counts as one.
    adapters.records.accept(batch, accepted)
    write_accepted(adapters.tables, batch, accepted)
    photos = len({each.photo_id for each in accepted})
    Console().print(
        f"{photos} failed photos of {batch} accepted. `darkroom retry {batch}` makes it complete."
        if photos
        else f"Nothing to accept: no photo of {batch} has a failure that is not accepted yet.",
        markup=False,
        highlight=False,
        soft_wrap=True,
    )
    return 0


def _refuse_while_running(adapters: Adapters, batch: str) -> None:
    with open_instance(adapters.home, adapters.settings) as instance:
        end_lost_runs(instance)
        if batch_states(instance, [batch])[batch] is BatchState.RUNNING:
            raise UsageError(
                f"batch {batch} is being worked on: accept its failures once that has ended"
            )


def _who() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user id without a name, as in some containers
        return str(os.getuid())
