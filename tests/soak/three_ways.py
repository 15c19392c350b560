"""Photos that failed are redone in three ways, which must come to the same.

    .venv/bin/python -m tests.soak.three_ways [--photos 60] [--seed 1] [--keep FOLDER]

Three homes import the same photos from a web server that answers 503 for some of them. When it has
been mended, one home is told `darkroom retry`, one gets the backfill of failed partitions that the
UI sends, and in one the retry sensor takes the batches up, once while the server is still broken.
Passes when the three homes hold the same in the end, sound photos were asked for once and failed
ones once per run, and healthy batches had one run. Then, under the sensor's eyes: photos that are
not there (404) are left alone, and `darkroom accept` makes their batch complete at the next run.
"""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import dagster as dg

from darkroom.batches import BatchState
from orchestration.retries import RETRY_OF_TAG, RETRY_TAG
from orchestration.tags import PARTITION_TAG
from tests.soak.claims import Claims, say
from tests.soak.photos import draw
from tests.soak.service import Watched, seconds_until, watched, workplace
from tests.soak.serving import Counting, served
from tests.soak.snapshots import Snapshot, differences

_BATCHES = 3
_TICKS_WATCHED = 4
_SOME_FAILED = 3
_RETRY_WAIT_S = 3
_BACKFILL_TAG = "dagster/backfill"
_TAGS_SHOWN = (RETRY_TAG, RETRY_OF_TAG, _BACKFILL_TAG)


@dataclass
class Trial:
    """The photos, and the server that they come from."""

    server: Counting
    names: list[str]
    failing: list[str]
    claims: Claims

    def break_server(self) -> None:
        self.server.asked.clear()
        self.server.refused = {f"/{name}": 503 for name in self.failing}

    def mend_server(self) -> None:
        self.server.refused = {}


Redo = Callable[[Trial, Watched], int]
"""Brings a home with failed batches to its end; how often failed photos were asked for."""


def by_command(trial: Trial, home: Watched) -> int:
    trial.mend_server()
    trial.claims.expect("darkroom retry ends with 0", holds=home.darkroom("retry") == 0)
    return 2


def by_backfill(trial: Trial, home: Watched) -> int:
    with home.up() as up:
        failed = up.web.partitions()["failedPartitions"]
        trial.mend_server()
        backfill = up.web.backfill(failed)
        seconds_until(lambda: up.web.has_ended(backfill) and home.is_complete(_BATCHES))
        partitions = up.web.partitions()
    trial.claims.expect("no partition is red", holds=partitions["failedPartitions"] == [])
    return 2


def by_sensor(trial: Trial, home: Watched) -> int:
    failed = [key for key, state in home.batches().items() if state is BatchState.FAILED]
    with home.up():
        first = {RETRY_TAG: "1 of 3"}
        seconds_until(lambda: _ended(home.runs(**first)) == len(failed))
        trial.claims.expect(
            "a retry while the server is still broken fails",
            holds={run.status for run in home.runs(**first)} == {dg.DagsterRunStatus.FAILURE},
        )
        trial.mend_server()
        seconds_until(lambda: home.is_complete(_BATCHES))
    return 3


WAYS: dict[str, tuple[Redo, int]] = {
    "darkroom retry": (by_command, 0),
    "backfill of failed partitions": (by_backfill, 0),
    "retry sensor": (by_sensor, 3),
}
"""With `runs.max_retries` for each, so that the sensor does nothing where another way is tried."""


def undertake(trial: Trial, home: Watched, redo: Redo, manifest: Path) -> Snapshot:
    """Import while the server is broken, redo, and look at what was done."""
    trial.break_server()
    started = time.monotonic()
    size = -(-len(trial.names) // _BATCHES)
    code = home.darkroom("import", str(manifest), "--batch-size", str(size))
    trial.claims.expect("the import ends with 3: some photos failed", holds=code == _SOME_FAILED)
    healthy = [key for key, state in home.batches().items() if state is BatchState.COMPLETE]
    asked_for_failed = redo(trial, home)
    say(f"  complete after {time.monotonic() - started:.0f} s")
    expected = {f"/{name}": 1 for name in trial.names}
    expected |= {f"/{name}": asked_for_failed for name in trial.failing}
    again = sum(trial.server.asked.values()) - len(trial.names)
    say(f"  {again} requests beside one for each of {len(trial.names)} photos")
    trial.claims.expect(
        "only failed photos were fetched again", holds=trial.server.asked == expected
    )
    for run in reversed(home.runs()):
        tags = {tag: run.tags[tag] for tag in _TAGS_SHOWN if tag in run.tags}
        say(f"  {run.status.value} {run.run_id[:8]} {run.tags[PARTITION_TAG]} {tags or ''}")
    trial.claims.expect(
        f"{len(healthy)} healthy batch had one run",
        holds=len(healthy) == 1 and all(len(home.runs(key)) == 1 for key in healthy),
    )
    return home.snapshot()


def permanent_failures(trial: Trial, home: Watched) -> None:
    """The sensor leaves them to a person, who accepts them."""
    gone = trial.failing[:2]
    trial.server.asked.clear()
    trial.server.refused = {f"/gone/{name}": 404 for name in gone}
    lines = [f"http://{trial.server.address}/gone/{name}\n" for name in gone]
    known = set(home.batches())
    with home.up() as up:
        (home.home.inbox / "gone.txt").write_text("".join(lines))
        seconds_until(lambda: bool(set(home.batches()) - known))
        [batch] = set(home.batches()) - known
        seconds_until(lambda: _ended(home.runs(batch)) == 1)
        since = time.time() + _RETRY_WAIT_S
        took = seconds_until(lambda: up.web.ticks("retry_sensor", since=since) >= _TICKS_WATCHED)
        trial.claims.expect(
            f"photos that are gone are not retried by {_TICKS_WATCHED} ticks ({took:.0f} s)",
            holds=len(home.runs(batch)) == 1,
        )
        code = home.darkroom("accept", batch, "--reason", "taken down by their owner")
        trial.claims.expect("darkroom accept ends with 0", holds=code == 0)
        backfill = up.web.backfill([batch])
        seconds_until(lambda: up.web.has_ended(backfill))
        trial.claims.expect(
            "the next run is green", holds=home.batches()[batch] is BatchState.COMPLETE
        )
        trial.claims.expect(
            "accepted photos were not asked for again",
            holds=trial.server.asked == Counter(dict.fromkeys(trial.server.refused, 1)),
        )


def main() -> int:
    """0 when nothing was found wrong."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--photos", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="where the homes are made and left")
    options = parser.parse_args()
    with workplace("three-ways", options.keep) as folder, served(folder / "photos") as server:
        photos = folder / "photos"
        photos.mkdir(exist_ok=True)
        names = draw(photos, options.photos, seed=options.seed)
        # Of the first two batches.
        trial = Trial(server, names, names[2 : 2 * len(names) // _BATCHES : 6], Claims())
        manifest = folder / "photos.txt"
        manifest.write_text("".join(f"http://{server.address}/{name}\n" for name in names))
        found: dict[str, Snapshot] = {}
        for name, (redo, retries) in WAYS.items():
            say(f"{name}: {len(names)} photos, {len(trial.failing)} of them fail at first")
            settings = {
                "downloads": {"allow_addresses": [server.address], "max_retries": 0},
                "intake": {"inbox_interval_s": 2},
                "runs": {"max_retries": retries, "retry_wait_s": _RETRY_WAIT_S},
            }
            with watched(folder / name.replace(" ", "-"), settings) as home:
                found[name] = undertake(trial, home, redo, manifest)
                if redo is by_sensor:
                    say("photos that are gone")
                    permanent_failures(trial, home)
    first, *others = found
    for name in others:
        said = differences(found[first], found[name])
        print("\n".join(said), end="\n" * bool(said))
        trial.claims.expect(f"{first} and {name} come to the same", holds=not said)
    return trial.claims.exit_code()


def _ended(runs: Sequence[dg.DagsterRun]) -> int:
    return sum(run.is_finished for run in runs)


if __name__ == "__main__":
    sys.exit(main())
