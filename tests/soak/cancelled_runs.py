"""Runs that are cancelled in the UI: how soon they are gone, and that a person can complete them.

    .venv/bin/python -m tests.soak.cancelled_runs [--photos 24] [--seed 1] [--keep FOLDER]

Under `darkroom up`, one run is cancelled while it downloads and one while it reads text, as the
UI's button does it. Each must be gone within seconds with all its processes and slots, be
cancelled, and be left alone by the retry sensor. Then *Materialize* in the UI completes the first
batch and `darkroom retry` the second. Passes when the home then holds what it holds undisturbed.
"""

import sys
import time
from collections.abc import Callable, Sequence

import dagster as dg

from darkroom.batches import BatchState
from orchestration.tags import PARTITION_TAG
from tests.orchestration.held_runs import processes_of
from tests.soak.claims import say
from tests.soak.disturbing import Trial, disturb_all
from tests.soak.service import alive, seconds_until

_GONE_WITHIN_S = 15.0
_TICKS_WATCHED = 3


def until_half_is_downloaded(trial: Trial, case: str, photos: Sequence[str]) -> None:
    trial.drop_and_hold(case, photos)


def until_some_text_is_read(trial: Trial, case: str, photos: Sequence[str]) -> None:
    trial.drop(case, photos)
    trial.until_rows_are_kept("texts")


def by_materializing(trial: Trial, batch: str) -> None:
    backfill = trial.up.web.backfill([batch])
    seconds_until(lambda: trial.up.web.has_ended(backfill))


def by_command(trial: Trial, batch: str) -> None:
    code = trial.home.darkroom("retry", batch)
    trial.claims.expect("darkroom retry ends with 0", holds=code == 0)


Begin = Callable[[Trial, str, Sequence[str]], None]
Complete = Callable[[Trial, str], None]

CASES: dict[str, tuple[Begin, Complete]] = {
    "downloading": (until_half_is_downloaded, by_materializing),
    "reading text": (until_some_text_is_read, by_command),
}


def cancelled(trial: Trial, case: str, photos: Sequence[str]) -> None:
    """A run that is cancelled and left alone, and its batch completed; the figures."""
    begin, complete = CASES[case]
    home, claims = trial.home, trial.claims
    begin(trial, case, photos)
    run = trial.run_under_way()
    batch = run.tags[PARTITION_TAG]
    processes = processes_of(home.instance, run.run_id)
    claims.expect("the run holds slots", holds=home.slots_of(run) > 0)

    started = time.monotonic()
    trial.up.web.terminate(run.run_id)
    answered_s = time.monotonic() - started
    gone_s = answered_s + seconds_until(lambda: not alive(processes))
    freed_s = gone_s + seconds_until(lambda: home.slots_of(run) == 0)
    trial.server.let_go()
    say(
        f"  the UI had its answer in {answered_s:.1f} s, {len(processes)} processes were gone in"
        f" {gone_s:.1f} s, slots free in {freed_s:.1f} s"
    )
    claims.expect("gone within seconds", holds=freed_s < _GONE_WITHIN_S)
    status = home.run(run.run_id).status
    claims.expect("the run is cancelled", holds=status is dg.DagsterRunStatus.CANCELED)
    since = time.time() + home.adapters.settings.runs.retry_wait_s
    seconds_until(lambda: trial.up.web.ticks("retry_sensor", since=since) >= _TICKS_WATCHED)
    claims.expect(
        f"{_TICKS_WATCHED} ticks of the sensor leave it alone", holds=len(home.runs(batch)) == 1
    )
    complete(trial, batch)
    claims.expect("its batch is complete", holds=home.batches()[batch] is BatchState.COMPLETE)


if __name__ == "__main__":
    about = "Runs that are cancelled in the UI of `darkroom up`."
    sys.exit(disturb_all([*CASES], cancelled, name="cancelled_runs", about=about))
