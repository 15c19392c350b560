"""One photo after another, every step at full size: `sequential.py URLS OUT`."""

import csv
import hashlib
import io
import sys
from pathlib import Path

import imagehash
import requests
from PIL import Image, ImageOps


def main() -> None:
    urls, out = map(Path, sys.argv[1:])
    with (out / "hashes.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        for number, url in enumerate(urls.read_text().split()):
            answer = requests.get(url, timeout=30)
            answer.raise_for_status()
            image = ImageOps.exif_transpose(Image.open(io.BytesIO(answer.content))).convert("RGB")
            sha256 = hashlib.sha256(answer.content).hexdigest()
            rows.writerow([url, sha256, imagehash.phash(image), imagehash.dhash(image)])
            image.thumbnail((1024, 1024), Image.Resampling.LANCZOS)
            image.save(out / f"{number:06}.jpg", quality=90)


if __name__ == "__main__":
    main()
