"""Writing what is known of photos into the records database, and what that costs.

    .venv/bin/python -m benchmarks.records [--url postgresql://…] [--photos 1000] [--rounds 5]

Made-up photos with about as much known of each as of real ones: 15 checks, words on a third,
objects on half, now and then codes, failures and earlier photos that look the same. They are
written three times: new, again with all findings others, and once more with one check of each
judged by another threshold, as after a change of settings; batch by batch, into a new SQLite file
and a PostgreSQL database in turn: of --url, which has to be empty, or of a server on loopback that
is started for it. The last line is JSON: of each way the photos per second and the CPU seconds for
a thousand photos, as medians of all rounds, and the statements sent for a batch. CPU seconds are
those of this process and of the server that it started; other work on the machine changes them
less than it does the rates.
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import psutil
from sqlalchemy import event, text

from benchmarks.made_up import MadeUp
from darkroom.batches import Batch
from darkroom.results import PhotoResult
from darkroom.settings import DatabaseSettings
from resources.records.connecting import engine_for
from resources.records.sql_records import SqlRecords

sys.path.append(str(Path(__file__).parents[1]))  # for what tests start servers with

from tests.postgres import postgres

_Cpu = Callable[[], float]


@contextmanager
def _counted(records: SqlRecords) -> Iterator[list[int]]:
    """Statements that are sent meanwhile, as one number."""
    count = [0]

    def one_more(*_: object) -> None:
        count[0] += 1

    engine = engine_for(records.url)
    event.listen(engine, "before_cursor_execute", one_more)
    yield count
    event.remove(engine, "before_cursor_execute", one_more)


def _analyse(records: SqlRecords) -> None:
    """What the server does by itself, within a minute and so in one round or another."""
    with engine_for(records.url).begin() as connection:
        connection.execute(text("ANALYZE"))


def _open(records: SqlRecords, key: str, photos: int) -> None:
    batch = Batch(
        key=key, owner="benchmark", source="made up", photos=photos, opened_at=datetime.now(UTC)
    )
    records.open_batch(batch, [])


@dataclass
class _Way:
    """One database, and photos that are new to it or not."""

    photos_per_s: list[float] = field(default_factory=list)
    cpu_s: list[float] = field(default_factory=list)
    statements: int = 0

    def save(self, records: SqlRecords, batch: str, results: list[PhotoResult], cpu: _Cpu) -> None:
        with _counted(records) as count:
            started, used = time.perf_counter(), cpu()
            records.save(batch, results)
            self.photos_per_s.append(len(results) / (time.perf_counter() - started))
            self.cpu_s.append((cpu() - used) * 1_000 / len(results))
        self.statements = count[0]

    def figures(self) -> dict[str, object]:
        # The first round connects, and compiles the statements.
        rates, cpu_s = sorted(self.photos_per_s[1:]), self.cpu_s[1:]
        return {
            "photos_per_s": round(statistics.median(rates)),
            "slowest": round(rates[0]),
            "fastest": round(rates[-1]),
            "cpu_s_per_1000": round(statistics.median(cpu_s), 3),
            "statements": self.statements,
        }


def _judged_anew(result: PhotoResult) -> PhotoResult:
    anew = {"blurry": replace(result.checks["blurry"], threshold=14.0)}
    return result.model_copy(update={"checks": result.checks | anew})


def _measured(
    databases: dict[str, SqlRecords], rounds: int, photos: int, cpu: _Cpu
) -> dict[str, object]:
    ways: dict[str, _Way] = defaultdict(_Way)
    for number in range(rounds + 1):
        key = f"batch-{number}"
        new = MadeUp(number).results(key, photos)
        again = [
            later.model_copy(update={"photo_id": first.photo_id})
            for first, later in zip(new, MadeUp(-number - 1).results(key, photos), strict=True)
        ]
        judged_anew = list(map(_judged_anew, again))
        for name, records in databases.items():
            _open(records, key, photos)
            ways[f"{name} new"].save(records, key, new, cpu)
            ways[f"{name} again"].save(records, key, again, cpu)
            ways[f"{name} one check"].save(records, key, judged_anew, cpu)
        if number == 0:
            _analyse(databases["postgresql"])
        said = ", ".join(f"{name} {way.photos_per_s[-1]:,.0f}" for name, way in ways.items())
        print(f"round {number or 'to warm up'}, photos per second: {said}", flush=True)
    return {name: way.figures() for name, way in ways.items()}


def _cpu_of(server: psutil.Process | None) -> float:
    processes = server.children() if server else []
    others = sum(sum(each.cpu_times()[:2]) for each in processes)
    return time.process_time() + others


@contextmanager
def _postgres(url: str | None) -> Iterator[tuple[str, psutil.Process | None]]:
    if url:
        yield url, None
        return
    with postgres() as server:
        server.run("CREATE DATABASE records")
        pid = (server.home / "data" / "postmaster.pid").read_text().split()[0]
        yield server.url("records"), psutil.Process(int(pid))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--url", help="an empty PostgreSQL database")
    parser.add_argument("--photos", type=int, default=1_000, help="in a batch")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, _postgres(options.url) as started:
        url, server = started
        databases = {
            "sqlite": SqlRecords(DatabaseSettings(), Path(folder) / "records.db"),
            "postgresql": SqlRecords(DatabaseSettings(url=url), Path(folder) / "unused.db"),
        }
        for records in databases.values():
            records.migrate()
        figures = _measured(databases, options.rounds, options.photos, partial(_cpu_of, server))
        for records in databases.values():
            records.close()
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
