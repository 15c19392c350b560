"""Four threads, JPEGs decoded at reduced size, the fitted photo hashed: `threads.py URLS OUT`."""

import csv
import hashlib
import io
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import imagehash
import requests
from PIL import Image, ImageOps

_local = threading.local()


def _session() -> requests.Session:
    if not hasattr(_local, "session"):
        _local.session = requests.Session()
    return _local.session


def take(number: int, url: str, out: Path) -> list[str]:
    answer = _session().get(url, timeout=30)
    answer.raise_for_status()
    image = Image.open(io.BytesIO(answer.content))
    image.draft("RGB", (1024, 1024))
    image = ImageOps.exif_transpose(image).convert("RGB")
    image.thumbnail((1024, 1024), Image.Resampling.LANCZOS)
    image.save(out / f"{number:06}.jpg", quality=90)
    sha256 = hashlib.sha256(answer.content).hexdigest()
    return [url, sha256, str(imagehash.phash(image)), str(imagehash.dhash(image))]


def main() -> None:
    urls, out = Path(sys.argv[1]), Path(sys.argv[2])
    with ThreadPoolExecutor(4) as pool, (out / "hashes.csv").open("w", newline="") as file:
        asked = [
            pool.submit(take, number, url, out)
            for number, url in enumerate(urls.read_text().split())
        ]
        csv.writer(file).writerows(future.result() for future in asked)


if __name__ == "__main__":
    main()
