"""What finding look-alikes costs; what it finds, `darkroom evaluate` prints.

    .venv/bin/python benchmarks/lookalikes.py [--images FOLDER] [--known 1000000] [--photos 500]

In seconds of one core: hashing a photo with all that look-alikes need against imagehash alone,
reading the known hashes out of SQLite, and comparing new photos with them. Hashes of the known are
random, so no candidate has to be looked at closely. Without a folder of photos scenes are drawn.
"""

import argparse
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
from darkroom.imaging.fitting import fit
from darkroom.imaging.integrity import Unreadable
from darkroom.imaging.perceptual_hashes import perceptual_hashes
from darkroom.imaging.transforms import TURNS
from darkroom.recognition.looks import Look, RingHash
from darkroom.recognition.near_duplicates import Known
from darkroom.samples import scenes
from darkroom.settings import DatabaseSettings, DuplicateSettings
from resources.records.connecting import engine_for, writing
from resources.records.models import FingerprintRecord
from resources.records.sql_records import SqlRecords

_SETTINGS = DuplicateSettings()
_EDGE_PX = 1024
_ROWS_AT_ONCE = 50_000


def _fitted(folder: Path) -> list[Image.Image]:
    """Photos of the folder, in gray, that are large enough to be fitted."""
    images = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        try:
            image = fit(Image.fromarray(upright_gray(path)), _EDGE_PX)
        except Unreadable:
            continue
        if max(image.size) == _EDGE_PX:
            images.append(image)
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
    parser.add_argument("--images", type=Path)
    parser.add_argument("--known", type=int, default=1_000_000)
    parser.add_argument("--photos", type=int, default=500)
    options = parser.parse_args()

    images = (
        _fitted(options.images)
        if options.images
        else [
            scene((_EDGE_PX, 768), seed=seed).convert("L")
            for seed in range(5)
            for scene in (scenes.lake, scenes.meadow, scenes.forest)
        ]
    )
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
