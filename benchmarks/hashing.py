"""What hashing a photo for look-alikes costs, beside imagehash alone.

    .venv/bin/python -m benchmarks.hashing [--images FOLDER]

In seconds of one core: a photo of 1024 pixels with all that look-alikes need, and its pHash and
dHash by imagehash. The last line is JSON.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import imagehash
from PIL import Image

from darkroom.imaging.decoding import upright_gray
from darkroom.imaging.fitting import fit
from darkroom.imaging.integrity import Unreadable
from darkroom.imaging.perceptual_hashes import perceptual_hashes
from darkroom.samples import scenes

_EDGE_PX = 1024


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


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--images", type=Path, help="a folder; without one, scenes are drawn")
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
    print(
        f"hashing, of {_EDGE_PX} px: imagehash alone {plain:.2f} ms, with look-alikes {full:.2f} ms"
    )
    print(json.dumps({"imagehash_ms": round(plain, 2), "look_alikes_ms": round(full, 2)}))


if __name__ == "__main__":
    main()
