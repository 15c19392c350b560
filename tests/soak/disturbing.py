"""Batches that are disturbed one by one under `darkroom up`, and what should come of them."""

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import dagster as dg

from tests.soak.claims import Claims, say
from tests.soak.photos import draw
from tests.soak.service import Up, Watched, seconds_until, watched, workplace
from tests.soak.serving import Counting, served
from tests.soak.snapshots import differences


@dataclass
class Trial:
    """A home under `darkroom up`, and the server that its photos come from."""

    home: Watched
    server: Counting
    up: Up
    claims: Claims

    def drop(self, name: str, photos: Sequence[str]) -> None:
        """A manifest in the inbox, there as a whole at once."""
        path = self.home.home.root / f"{name.replace(' ', '-')}.txt"
        path.write_text("".join(f"http://{self.server.address}/{photo}\n" for photo in photos))
        path.rename(self.home.home.inbox / path.name)

    def drop_and_hold(self, name: str, photos: Sequence[str]) -> None:
        """The same; returns when half of the photos are asked for, and rows of some are kept."""
        self.server.hold_after(len(photos) // 2)
        self.drop(name, photos)
        self.server.keeps_waiting.wait()
        self.until_rows_are_kept("ingest")

    def until_rows_are_kept(self, stage: str) -> None:
        """Beside the table, for a step that would be killed now."""
        parts = self.home.home.store / "checkpoints" / stage
        seconds_until(lambda: any(parts.rglob("*.parquet")))

    def run_under_way(self) -> dg.DagsterRun:
        """The only one."""
        [run] = [run for run in self.home.runs() if not run.is_finished]
        return run


Disturb = Callable[[Trial, str, Sequence[str]], None]
"""Takes a case and its photos through everything; the batch is complete afterwards."""


def disturb_all(cases: Sequence[str], disturb: Disturb, *, name: str, about: str) -> int:
    """The exit code: 0 when all claims held and the home holds what it holds undisturbed."""
    parser = argparse.ArgumentParser(prog=f"tests.soak.{name}", description=about)
    parser.add_argument("--photos", type=int, default=24, help="of each of the batches")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="where the homes are made and left")
    parser.add_argument("--only", nargs="+", choices=cases, default=cases, metavar="CASE")
    options = parser.parse_args()
    cases = options.only
    claims = Claims()
    with workplace(name, options.keep) as folder, served(folder / "photos") as server:
        photos = folder / "photos"
        photos.mkdir(exist_ok=True)
        names = draw(photos, options.photos * len(cases), seed=options.seed)
        share = options.photos
        batches = {case: names[n * share : (n + 1) * share] for n, case in enumerate(cases)}
        settings = {
            "downloads": {"allow_addresses": [server.address]},
            "intake": {"inbox_interval_s": 2},
            "runs": {"retry_wait_s": 1},
        }
        with watched(folder / "disturbed", settings) as home:
            trial = Trial(home, server, home.up(), claims)
            try:
                for case, of_case in batches.items():
                    say(f"{case}, {len(of_case)} photos")
                    server.asked.clear()
                    disturb(trial, case, of_case)
                    say(f"  {server.asked.total() - len(of_case)} photos asked for again")
            finally:
                server.let_go()
                trial.up.stop()
            claims.expect("no process is left in the end", holds=not home.processes())
            found = home.snapshot()
        say(f"undisturbed: {len(names)} photos in {len(batches)} batches")
        with watched(folder / "undisturbed", settings) as home, home.up() as up:
            trial = Trial(home, server, up, claims)
            for case, of_case in batches.items():  # one by one, as they will be disturbed
                known = len(home.batches())
                trial.drop(case, of_case)
                seconds_until(partial(home.is_complete, known + 1))
            said = differences(home.snapshot(), found)
    print("\n".join(said), end="\n" * bool(said))
    claims.expect("both homes hold the same", holds=not said)
    return claims.exit_code()
