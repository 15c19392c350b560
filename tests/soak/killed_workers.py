"""Kills photo workers and their fork server at random moments while photos are worked on.

python tests/soak/killed_workers.py --seconds 60
"""

import argparse
import os
import random
import signal
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import psutil

from darkroom.errors import PhotoFailed
from darkroom.settings import WorkerSettings
from darkroom.work.workers import Workers

_FEEDERS = 6
_ANSWER = b"an answer larger than a pipe holds" * 10_000
_TIMEOUT_S = 30


def photo(number: int) -> tuple[int, bytes]:
    """A moment of work, and an answer that takes a while to be sent."""
    sum(range(50_000))
    return number, _ANSWER


class Killer(threading.Thread):
    """One worker, all of them, or their fork server."""

    def __init__(self, workers: Workers, *, seed: int, mean_s: float) -> None:
        super().__init__()
        self._workers = workers
        self._chance = random.Random(seed)
        self._mean_s = mean_s
        self.killed: Counter[str] = Counter()
        self.over = threading.Event()

    def run(self) -> None:
        while not self.over.wait(self._chance.expovariate(1 / self._mean_s)):
            processes = self._workers.processes()
            if not processes:
                continue
            what = self._chance.choices(["a worker", "all workers", "the fork server"], [8, 1, 1])[
                0
            ]
            with suppress(ProcessLookupError, psutil.NoSuchProcess):
                if what == "the fork server":
                    processes = [psutil.Process(processes[0]).ppid()]
                    if "forkserver" not in " ".join(psutil.Process(processes[0]).cmdline()):
                        continue  # it is gone, and another process took its children in
                elif what == "a worker":
                    processes = [self._chance.choice(processes)]
                for process in processes:
                    os.kill(process, signal.SIGKILL)
                self.killed[what] += 1


def main() -> int:
    """0 when every photo had its right answer and no process is left."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--between-kills", type=float, default=1.0, help="mean, in seconds")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    ends = time.monotonic() + options.seconds
    outcomes: Counter[str] = Counter()
    slowest = 0.0

    def feed(workers: Workers, first: int) -> None:
        nonlocal slowest
        number = first
        while time.monotonic() < ends:
            started = time.monotonic()
            try:
                right = workers.call(photo, number) == (number, _ANSWER)
                outcomes["right" if right else "wrong"] += 1
            except PhotoFailed as error:
                outcomes[str(error)] += 1
            slowest = max(slowest, time.monotonic() - started)
            number += _FEEDERS
            if number % 1000 < _FEEDERS:
                print(f"{sum(outcomes.values())} photos", end="\r", flush=True)

    settings = WorkerSettings(max_workers=2, timeout_per_image_s=_TIMEOUT_S)
    with Workers(settings, say=print) as workers:
        killer = Killer(workers, seed=options.seed, mean_s=options.between_kills)
        killer.start()
        with ThreadPoolExecutor(_FEEDERS) as feeders:
            list(feeders.map(lambda first: feed(workers, first), range(_FEEDERS)))
        killer.over.set()
        killer.join()
        processes = set(workers.processes())
    left = sorted(process for process in processes if psutil.pid_exists(process))
    print(f"killed: {dict(killer.killed)}; photos: {dict(outcomes)}; slowest {slowest:.1f} s")
    print(f"processes left: {left}")
    return 0 if set(outcomes) == {"right"} and not left else 1


if __name__ == "__main__":
    # Workers know nothing of the program that starts them, only of what can be imported.
    from tests.soak import killed_workers

    sys.exit(killed_workers.main())
