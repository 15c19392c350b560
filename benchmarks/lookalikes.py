"""What finding look-alikes gives and costs.

    .venv/bin/python benchmarks/lookalikes.py [--corpus FOLDER] [--known 1000000] [--photos 500]

With a corpus (a MANIFEST.csv whose column `expected` holds a `dup_group` or `upright_group`), which
labelled pairs are found and which others. Then, in seconds of one core: hashing a photo with all
that look-alikes need against imagehash alone, reading the known hashes out of SQLite, and comparing
new photos with them. Hashes of the known are random, so no candidate has to be looked at closely.
"""

import argparse
import csv
import itertools
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path

import imagehash
import numpy as np
from PIL import Image
from sqlalchemy import insert

from darkroom.imaging.decoding import upright_gray
from darkroom.imaging.integrity import Unreadable
from darkroom.imaging.perceptual_hashes import MIN_DETAIL, perceptual_hashes
from darkroom.imaging.renditions import fit
from darkroom.imaging.transforms import TURNS
from darkroom.recognition.likeness import likeness
from darkroom.recognition.looks import Look, RingHash
from darkroom.recognition.near_duplicates import Known
from darkroom.samples import scenes
from darkroom.settings import DatabaseSettings, DuplicateSettings
from resources.records.connecting import engine_for, writing
from resources.records.models import FingerprintRecord
from resources.records.sql_records import SqlRecords

_SETTINGS = DuplicateSettings()
_ROWS_AT_ONCE = 50_000


def _look(image: Image.Image) -> Look | None:
    hashes = perceptual_hashes(image)
    if hashes.detail < MIN_DETAIL:
        return None
    phashes = (hashes.phash, *(each.phash for each in hashes.turned))
    dhashes = (hashes.dhash, *(each.dhash for each in hashes.turned))
    return Look(
        tuple(int(each, 16) for each in phashes),
        tuple(int(each, 16) for each in dhashes),
        tuple(hashes.rings),
    )


def _recall(corpus: Path) -> list[Image.Image]:
    """Print which pairs are found; the images of the corpus, fitted."""
    images: list[Image.Image] = []
    known: list[tuple[str, str, Look | None]] = []
    with (corpus / "MANIFEST.csv").open(newline="") as manifest:
        for row in csv.DictReader(manifest):
            path, expected = row["path"], json.loads(row["expected"])
            if not path.startswith(("neardup/", "photos/")):
                continue
            try:
                images.append(fit(Image.fromarray(upright_gray(corpus / path)), 1024))
            except Unreadable:
                continue
            group = expected.get("dup_group") or expected.get("upright_group") or path
            known.append((path, group, _look(images[-1])))
    labelled = found = 0
    others: list[str] = []
    for (path, group, look), (other, other_group, other_look) in itertools.combinations(known, 2):
        alike = likeness(look, other_look, _SETTINGS) if look and other_look else None
        labelled += group == other_group
        found += group == other_group and alike is not None
        if alike is not None and group != other_group:
            others.append(f"  {path}  {other}  {alike.transform}")
    print(f"{found} of {labelled} labelled pairs among {len(known)} images, {len(others)} others:")
    print("\n".join(others))
    return images


def _milliseconds(work: Callable[[Image.Image], object], images: Sequence[Image.Image]) -> float:
    """Median over images of the fastest of three."""
    return 1e3 * statistics.median(
        min(_cpu(partial(work, image)) for _ in range(3)) for image in images
    )


def _cpu(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def _imagehash(image: Image.Image) -> object:
    gray = image.convert("L")
    return imagehash.phash(gray), imagehash.dhash(gray)


def _bits(random: np.random.Generator, count: int) -> list[int]:
    return random.integers(0, 2**64, count, dtype=np.uint64).tolist()


def _fill(records: SqlRecords, count: int) -> None:
    records.migrate()
    random = np.random.default_rng(1)
    for start in range(0, count, _ROWS_AT_ONCE):
        hashes = random.integers(-(2**63), 2**63, (_ROWS_AT_ONCE, 3)).tolist()
        rows = [
            {
                "batch": f"batch-{(start + place) // 1000}",
                "photo_id": f"{(start + place) % 1000:04}-12345678",
                "sha256": f"{start + place:064x}",
                "phash": phash,
                "dhash": dhash,
                "comparable": True,
                "ring_hashes": ring.to_bytes(8, "little", signed=True),
            }
            for place, (phash, dhash, ring) in enumerate(hashes[: count - start])
        ]
        with writing(engine_for(records.url)) as connection:
            connection.execute(insert(FingerprintRecord), rows)


def _query(known: Known, photos: int) -> Iterable[float]:
    random = np.random.default_rng(2)
    for _ in range(photos):
        ring = RingHash(_bits(random, 1)[0], b"")
        look = Look(tuple(_bits(random, len(TURNS))), tuple(_bits(random, len(TURNS))), (ring,))
        yield _cpu(partial(known.candidates, look, before=2**62, same=set()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--corpus", type=Path)
    parser.add_argument("--known", type=int, default=1_000_000)
    parser.add_argument("--photos", type=int, default=500)
    options = parser.parse_args()

    images = _recall(options.corpus) if options.corpus else []
    images = [image for image in images if max(image.size) == 1024] or [  # noqa: PLR2004 - fitted
        scene((1024, 768), seed=seed).convert("L")
        for seed in range(5)
        for scene in (scenes.lake, scenes.meadow, scenes.forest)
    ]
    plain, full = (_milliseconds(work, images[:60]) for work in (_imagehash, perceptual_hashes))
    print(f"hashing, of 1024 px: imagehash alone {plain:.2f} ms, with look-alikes {full:.2f} ms")

    with tempfile.TemporaryDirectory() as folder:
        records = SqlRecords(DatabaseSettings(), Path(folder) / "records.db")
        _fill(records, options.known)
        started = time.process_time()
        known = records.known_hashes(before=2**62)
        read = time.process_time() - started
        records.close()
    columns = (known.order, known.phash, known.dhash, known.ring_order, known.ring_hash)
    megabytes = sum(column.nbytes for column in columns) / 1e6
    print(f"{len(known.order):,} known: read in {read:.2f} s, {megabytes:.0f} MB")
    started = time.process_time()
    ready = Known(known, _SETTINGS)
    index = time.process_time() - started
    cost = sum(_query(ready, options.photos))
    print(f"made ready in {index:.2f} s; {options.photos} new photos, each with eight turns and a")
    print(f"ring hash, compared with all of them in {cost:.2f} s")


if __name__ == "__main__":
    main()
