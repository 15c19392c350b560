"""Daft, with Pillow for what it has no expression for: `with_daft.py URLS OUT`."""

import sys
from pathlib import Path

import daft
import numpy as np
from daft.functions import decode_image, download, image_hash
from PIL import Image


@daft.func(return_dtype=daft.DataType.image("RGB"))
def fitted(image: np.ndarray) -> np.ndarray:
    """Daft resizes to a width and a height, not into a square."""
    photo = Image.fromarray(image)
    photo.thumbnail((1024, 1024), Image.Resampling.LANCZOS)
    return np.asarray(photo)


def main() -> None:
    out = Path(sys.argv[2])

    @daft.func(return_dtype=daft.DataType.int64())
    def saved(image: np.ndarray, number: int) -> int:
        """Daft encodes JPEG at a quality of its own choice."""
        target = out / f"{number:06}.jpg"
        Image.fromarray(image).save(target, quality=90)
        return target.stat().st_size

    urls = Path(sys.argv[1]).read_text().split()
    photos = daft.from_pydict({"url": urls, "number": list(range(len(urls)))})
    photos = photos.with_column("bytes", download(photos["url"], on_error="null"))
    photos = photos.with_column("image", decode_image(photos["bytes"], on_error="null"))
    photos = photos.with_column("image", fitted(photos["image"])).exclude("bytes")
    photos = photos.with_column("phash", image_hash(photos["image"], method="phash"))
    photos = photos.with_column("dhash", image_hash(photos["image"], method="dhash"))
    photos = photos.with_column("size", saved(photos["image"], photos["number"]))
    photos.exclude("image").write_parquet(str(out / "hashes"))


if __name__ == "__main__":
    main()
