"""Finding look-alikes of new photos among very many known ones.

    .venv/bin/python -m benchmarks.lookalikes [--known 1000000] [--photos 500] [--url postgresql://…]

Fills a new SQLite file, or the empty database of --url, with fingerprints; then a process of its
own does what the stage does for a batch: makes it known and compares each photo, its eight turns
and its ring, with all others. The hashes are random; half of the new photos are altered copies of
known ones. Wall and CPU seconds include connecting and opening the index; memory is the peak of
that process, beside what it holds before. Who is found is compared with what a plain comparison of
a hundred photos with each known one finds. The last line is JSON: medians of all rounds.

With --hashes-only the hashes that are read stand alone, without the rows that they are copies of,
but for the first ones: quick to fill with very many.
"""

import argparse
import json
import multiprocessing
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from sqlalchemy import text

from darkroom.ports import Fingerprint
from darkroom.recognition.candidates import Wanted, candidates
from darkroom.recognition.likeness import RING_HASH_RADIUS
from darkroom.recognition.looks import Look, RingHash
from darkroom.recognition.near_duplicates import match
from darkroom.settings import DatabaseSettings, DuplicateSettings
from resources.records.connecting import engine_for, writing
from resources.records.hash_blocks import pack
from resources.records.models import ARRIVALS_PER_BLOCK, FingerprintRecord, HashBlockRecord
from resources.records.sql_records import SqlRecords
from resources.records.statements import insert

_SETTINGS = DuplicateSettings()
_ROWS_AT_ONCE = 50_000
_TURNS = 8
_COMPARED_WITH_ALL = 100
_END = 2**62
Hashes = tuple[int, int, int]
"""pHash, dHash and ring hash of a known photo."""


@dataclass
class Round:
    """What one batch took."""

    wall_s: float
    cpu_s: float
    before_mb: float
    peak_mb: float
    found: int
    """Of the pairs that comparing with all finds, for some of its photos."""
    expected: int


def known(start: int, count: int) -> list[Hashes]:
    """The same ones for the same place, of places in steps of `_ROWS_AT_ONCE`."""
    drawn = np.random.default_rng(start).integers(0, 2**64, (count, 3), np.uint64)
    return [tuple(each) for each in drawn.tolist()]


def fill(records: SqlRecords, count: int) -> None:
    records.migrate()
    for start in range(0, count, _ROWS_AT_ONCE):
        rows = [
            {
                "batch": f"batch-{(start + place) // 1000}",
                "photo_id": f"{(start + place) % 1000:04}-12345678",
                "sha256": f"{start + place:064x}",
                "phash": phash - 2**63,
                "dhash": dhash - 2**63,
                "comparable": True,
                "ring_hashes": ring.to_bytes(8, "little"),
            }
            for place, (phash, dhash, ring) in enumerate(
                known(start, min(_ROWS_AT_ONCE, count - start))
            )
        ]
        with writing(engine_for(records.url)) as connection:
            insert(connection, FingerprintRecord, rows)
            pack(connection, range(start, start + len(rows) + 1))
        print(f"{start + len(rows):,} of {count:,} known", file=sys.stderr, flush=True)


def fill_hashes(records: SqlRecords, count: int) -> None:
    """Without their rows, but for the first ones; the next arrival follows them all."""
    fill(records, min(count, _ROWS_AT_ONCE))
    first = _ROWS_AT_ONCE // ARRIVALS_PER_BLOCK + 1
    places = np.arange(ARRIVALS_PER_BLOCK, dtype="<u2").tobytes()
    last = {"batch": "last", "photo_id": "1", "sha256": "0" * 64, "phash": 0, "dhash": 0}
    random = np.random.default_rng(1)
    with writing(engine_for(records.url)) as connection:
        for block in range(first, count // ARRIVALS_PER_BLOCK + 1):
            hashes = [random.bytes(8 * ARRIVALS_PER_BLOCK) for _ in range(3)]
            names = ("phashes", "dhashes", "ring_hashes")
            packed = dict(zip(names, hashes, strict=True))
            places_of = {"block": block, "places": places, "ring_places": places}
            insert(connection, HashBlockRecord, [packed | places_of])
        arrival = (count // ARRIVALS_PER_BLOCK + 1) * ARRIVALS_PER_BLOCK
        insert(
            connection,
            FingerprintRecord,
            [last | {"arrival": arrival, "comparable": False, "ring_hashes": None}],
        )
        if connection.dialect.name == "postgresql":
            serial = "pg_get_serial_sequence('fingerprints', 'arrival')"
            connection.execute(text(f"SELECT setval({serial}, {arrival})"))


def new_photos(seed: int, photos: int, count: int) -> Iterator[Fingerprint]:
    chance = random.Random(seed)  # noqa: S311 - the same photos each time
    copied = known(0, min(count, _ROWS_AT_ONCE))
    for number in range(photos):
        phashes, dhashes = ([chance.getrandbits(64) for _ in range(_TURNS)] for _ in range(2))
        ring = chance.getrandbits(64)
        if number % 2:
            phash, dhash, known_ring = chance.choice(copied)
            turn = chance.randrange(_TURNS)
            phashes[turn] = _altered(phash ^ 1 << 63, _SETTINGS.phash_radius + 1, chance)
            dhashes[turn] = _altered(dhash ^ 1 << 63, _SETTINGS.dhash_radius + 1, chance)
            if number % 3:
                ring = _altered(known_ring, RING_HASH_RADIUS + 1, chance)
        look = Look(tuple(phashes), tuple(dhashes), (RingHash(ring, bytes(81)),))
        yield Fingerprint(f"{number:04}", f"{seed:032x}{number:032x}", look)


def _altered(bits: int, most: int, chance: random.Random) -> int:
    return bits ^ sum(1 << bit for bit in chance.sample(range(64), chance.randint(0, most)))


def one_round(records: SqlRecords, number: int, photos: int, count: int) -> Round:
    """In a process of its own."""
    new = list(new_photos(number + 1, photos, count))
    before_mb = _peak_mb()
    started, used = time.perf_counter(), time.process_time()
    match(f"new-{number}", new, records, _SETTINGS)
    wall_s, cpu_s = time.perf_counter() - started, time.process_time() - used
    peak_mb = _peak_mb()
    some = [each.look for each in new[:_COMPARED_WITH_ALL] if each.look]
    expected = _compared_with_all(records, some)
    wanted = [Wanted(look, _END, set()) for look in some]
    found = candidates(wanted, records.known_hashes(_END), _SETTINGS)
    hits = sum(len(one & other) for one, other in zip(found, expected, strict=True))
    if any(one - other for one, other in zip(found, expected, strict=True)):
        raise SystemExit("something was found that is not near")
    return Round(wall_s, cpu_s, before_mb, peak_mb, hits, sum(map(len, expected)))


def _compared_with_all(records: SqlRecords, looks: Sequence[Look]) -> list[set[int]]:
    expected: list[set[int]] = [set() for _ in looks]
    for hashes in records.known_hashes(_END):
        for look, found in zip(looks, expected, strict=True):
            for phash, dhash in zip(look.phash, look.dhash, strict=True):
                near = np.bitwise_count(hashes.phash ^ np.uint64(phash)) <= _SETTINGS.phash_radius
                near &= np.bitwise_count(hashes.dhash ^ np.uint64(dhash)) <= _SETTINGS.dhash_radius
                found.update(hashes.order[near].tolist())
            for ring in look.rings:
                near = np.bitwise_count(hashes.ring_hash ^ np.uint64(ring.hash)) <= RING_HASH_RADIUS
                found.update(hashes.ring_order[near].tolist())
    return expected


def _peak_mb() -> float:
    # Not ru_maxrss, which a process inherits.
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024 / 1e6


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--known", type=int, default=1_000_000)
    parser.add_argument("--photos", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--hashes-only", action="store_true")
    parser.add_argument("--url", help="an empty PostgreSQL database")
    options = parser.parse_args()
    rounds = []
    with tempfile.TemporaryDirectory() as folder:
        records = SqlRecords(DatabaseSettings(url=options.url), Path(folder) / "records.db")
        (fill_hashes if options.hashes_only else fill)(records, options.known)
        records.close()
        for number in range(options.rounds):
            with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as own:
                asked = (records, number, options.photos, options.known)
                rounds.append(own.submit(one_round, *asked).result())
            print(f"round {number + 1}: {rounds[-1]}", flush=True)
    columns = zip(*(asdict(each).items() for each in rounds), strict=True)
    medians = {pairs[0][0]: statistics.median(value for _, value in pairs) for pairs in columns}
    print(json.dumps({name: round(value, 3) for name, value in medians.items()}))


if __name__ == "__main__":
    main()
