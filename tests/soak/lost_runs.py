"""Runs that lose their process under `darkroom up`: how soon that is noticed, and what comes of it.

    .venv/bin/python -m tests.soak.lost_runs [--photos 24] [--seed 1] [--keep FOLDER]

In the middle of an ingest, by turns: the run's process is killed (SIGKILL); its step is; everything
is at once, as when the power goes, and `up` is started again; `up` is stopped (SIGTERM) and started
again. Each time the run must be failed and its pool slots free within a minute, no process left,
and the batch taken up again by itself. Passes when the home then holds what it holds undisturbed.
"""

import sys
import time
from collections.abc import Callable, Sequence

import dagster as dg
import psutil

from orchestration.retries import RETRY_OF_TAG, RETRY_TAG
from tests.orchestration.held_runs import processes_of, steps_among
from tests.soak.claims import say
from tests.soak.disturbing import Trial, disturb_all
from tests.soak.service import Watched, alive, seconds_until

_NOTICED_WITHIN_S = 60.0
_BEFORE_WORK = {
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.STARTING,
}


def kill_worker(trial: Trial, run: dg.DagsterRun) -> None:
    processes_of(trial.home.instance, run.run_id)[0].kill()


def kill_step(trial: Trial, run: dg.DagsterRun) -> None:
    [step] = steps_among(processes_of(trial.home.instance, run.run_id))
    step.kill()


def kill_everything(trial: Trial, _: dg.DagsterRun) -> None:
    processes = trial.home.processes()
    for process in processes:
        process.kill()
    trial.up.wait()
    psutil.wait_procs(processes, timeout=5)
    trial.claims.expect(
        f"all {len(processes)} processes are killed", holds=not trial.home.processes()
    )
    trial.up = trial.home.up()


def stop_up(trial: Trial, run: dg.DagsterRun) -> None:
    say(f"  up stopped in {trial.up.stop():.1f} s")
    left = [" ".join(process.cmdline()) for process in trial.home.processes()]
    trial.claims.expect(f"no process is left {left or ''}", holds=not left)
    status = trial.home.run(run.run_id).status
    trial.claims.expect("the run is failed", holds=status is dg.DagsterRunStatus.FAILURE)
    trial.up = trial.home.up()


TAKE_PROCESS: dict[str, Callable[[Trial, dg.DagsterRun], None]] = {
    "run worker killed": kill_worker,
    "step killed": kill_step,
    "everything killed": kill_everything,
    "up stopped": stop_up,
}
"""What happens to a run. `up` is there again afterwards."""


def lost(trial: Trial, case: str, photos: Sequence[str]) -> None:
    """A run that loses its process when half of its photos are there; the figures."""
    home, claims = trial.home, trial.claims
    trial.drop_and_hold(case, photos)
    run = trial.run_under_way()
    processes = processes_of(home.instance, run.run_id)
    claims.expect("the run holds a slot", holds=home.slots_of(run) == 1)

    started = time.monotonic()
    TAKE_PROCESS[case](trial, run)
    taken_s = time.monotonic() - started
    trial.server.let_go()
    noticed_s = seconds_until(lambda: home.run(run.run_id).is_finished)
    freed_s = noticed_s + seconds_until(lambda: home.slots_of(run) == 0)
    asked_s = freed_s + seconds_until(lambda: bool(_retries(home, run)))
    begun_s = asked_s + seconds_until(lambda: _has_begun(_retries(home, run)))
    status = home.run(run.run_id).status
    say(
        f"  after {taken_s:.1f} s for that: {status.value} in {noticed_s:.1f} s, slots free in"
        f" {freed_s:.1f} s, next run asked for in {asked_s:.1f} s and begun in {begun_s:.1f} s"
    )
    claims.expect("the run is failed", holds=status is dg.DagsterRunStatus.FAILURE)
    claims.expect("noticed within a minute", holds=freed_s < _NOTICED_WITHIN_S)
    claims.expect("none of its processes is left", holds=not alive(processes))
    seconds_until(lambda: all(each.is_finished for each in home.runs()))
    [again] = _retries(home, run)
    say(f"  taken up again as {again.tags[RETRY_TAG]}: {again.status.value}")
    claims.expect("its batch is complete", holds=again.status is dg.DagsterRunStatus.SUCCESS)


def _retries(home: Watched, run: dg.DagsterRun) -> list[dg.DagsterRun]:
    return home.runs(**{RETRY_OF_TAG: run.run_id})


def _has_begun(runs: Sequence[dg.DagsterRun]) -> bool:
    return any(run.status not in _BEFORE_WORK for run in runs)


if __name__ == "__main__":
    about = "Runs that lose their process under `darkroom up`."
    sys.exit(disturb_all([*TAKE_PROCESS], lost, name="lost_runs", about=about))
