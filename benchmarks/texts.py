"""How much text is read, and how much is invented.

    .venv/bin/python benchmarks/texts.py --corpus FOLDER [--engine tesserocr] [--every 1]

The folder's MANIFEST.csv says what is to be read in `ocr/`. Words are those of 3 letters and more,
in any case and order. What is read on `photos/` is printed as it is: some do show text.
"""

import argparse
import csv
import json
import re
import statistics
import time
from collections import Counter
from pathlib import Path

from darkroom.imaging.integrity import Unreadable
from darkroom.ports import Reading, TextReader
from darkroom.recognition.from_file import read_text
from darkroom.settings import OcrSettings
from resources.ocr.choice import text_reader

_WORD = re.compile(r"[^\W\d_]{3,}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--engine", default="tesserocr")
    parser.add_argument("--every", type=int, default=1, help="take only every so many files")
    asked = parser.parse_args()
    reader = text_reader(OcrSettings.model_validate({"engine": asked.engine}))
    with (asked.corpus / "MANIFEST.csv").open(newline="") as file:
        rows = [(row["path"], json.loads(row["expected"])) for row in csv.DictReader(file)]
    known = [(path, _kind(expected), _truth(expected)) for path, expected in rows]
    for kind in ("receipt", "page", "sign"):
        of_kind = [(asked.corpus / path, text) for path, its, text in known if its == kind]
        _print_recall(kind, of_kind[:: asked.every], reader)
    photos = [asked.corpus / path for path, _ in rows if path.startswith("photos/")]
    _print_invented(photos[:: asked.every], reader)


def _print_recall(kind: str, files: list[tuple[Path, str]], reader: TextReader) -> None:
    found = read = there = 0
    seconds = []
    for path, text in files:
        reading, cost_s = _timed(path, reader)
        expected, got = _words(text), _words(reading.text)
        found += (expected & got).total()
        read += got.total()
        there += expected.total()
        seconds.append(cost_s)
    print(
        f"{kind}: {len(files)} files, recall {found / there:.3f}, precision"
        f" {found / max(read, 1):.3f}, {statistics.mean(seconds):.2f} s each"
    )


def _print_invented(photos: list[Path], reader: TextReader) -> None:
    seconds = []
    for path in photos:
        try:
            reading, cost_s = _timed(path, reader)
        except Unreadable:
            continue
        seconds.append(cost_s)
        if reading.text:
            print(f"  {path.name}: {reading.text!r}")
    print(
        f"photos: {len(seconds)} read, {statistics.median(seconds) * 1000:.0f} ms in the median,"
        f" {statistics.mean(seconds) * 1000:.0f} ms in the mean"
    )


def _timed(path: Path, reader: TextReader) -> tuple[Reading, float]:
    """Processor time of this process, which is what the machine's load leaves alone."""
    start = time.process_time()
    return read_text(path, reader), time.process_time() - start


def _kind(expected: dict[str, object]) -> str | None:
    if "word" in expected:
        return "sign"
    if expected.get("kind") == "receipt":
        return "receipt"
    return "page" if expected.get("text") else None


def _truth(expected: dict[str, object]) -> str:
    lines = expected.get("lines")
    if isinstance(lines, list):
        return " ".join(lines)
    return str(expected.get("text") or expected.get("word") or "")


def _words(text: str) -> Counter[str]:
    return Counter(_WORD.findall(text.lower()))


if __name__ == "__main__":
    main()
