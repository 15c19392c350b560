"""How many codes are read, how many are invented, and what each effort costs.

    .venv/bin/python benchmarks/codes.py --corpus FOLDER [--every 1]

The folder's MANIFEST.csv says what is to be read in `qr/`: the column `expected` holds a `qr` or a
`barcode`, or neither for an image without code. On `photos/` there is no code to be read. Times are
processor time of this process, all efforts at one photo after another, so that ratios hold.
"""

import argparse
import csv
import json
import statistics
import time
from collections import Counter
from pathlib import Path
from typing import get_args

from darkroom.evaluation.codes import ReadCodes, expected_code, score_codes
from darkroom.imaging.decoding import upright_gray
from darkroom.imaging.integrity import Unreadable
from darkroom.ports import GrayImage
from darkroom.recognition.code_ladder import look_for_codes
from darkroom.rows import Code
from darkroom.settings import CodeEffort

_EFFORTS: tuple[CodeEffort, ...] = get_args(CodeEffort)
_FOLDERS = ("qr", "photos")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--every", type=int, default=1, help="take only every so many files")
    asked = parser.parse_args()
    with (asked.corpus / "MANIFEST.csv").open(newline="") as file:
        rows = [(row["path"], json.loads(row["expected"])) for row in csv.DictReader(file)]
    for folder in _FOLDERS:
        of_folder = [
            (path, expected_code(answers))
            for path, answers in rows
            if path.startswith(f"{folder}/")
        ]
        _print_scores(folder, asked.corpus, of_folder[:: asked.every])


def _print_scores(folder: str, corpus: Path, files: list[tuple[str, str | None]]) -> None:
    read: dict[CodeEffort, list[ReadCodes]] = {effort: [] for effort in _EFFORTS}
    seconds: dict[CodeEffort, list[float]] = {effort: [] for effort in _EFFORTS}
    looks: dict[CodeEffort, Counter[str]] = {effort: Counter() for effort in _EFFORTS}
    for path, expected in files:
        try:
            gray = upright_gray(corpus / path)
        except Unreadable:
            continue
        for effort in _EFFORTS:
            codes, cost_s = _timed(gray, effort)
            read[effort].append(ReadCodes(path, expected, [code.text for code in codes]))
            seconds[effort].append(cost_s)
            looks[effort].update({code.look for code in codes})
    plain = sum(seconds["plain"])
    for effort in _EFFORTS:
        score = score_codes(read[effort])
        print(
            f"{folder}, {effort}: {score.right} of {score.readable} right,"
            f" {len(score.wrong)} wrong; {len(score.false)} read on {score.empty} without code;"
            f" {statistics.median(seconds[effort]) * 1000:.1f} ms in the median,"
            f" {statistics.mean(seconds[effort]) * 1000:.1f} ms in the mean,"
            f" {sum(seconds[effort]) / plain:.1f} times plain"
        )
        for photo, text in score.wrong + score.false:
            print(f"  {photo}: {text!r}")
    print("\n".join(f"  {look}: {count}" for look, count in looks[_EFFORTS[-1]].most_common()))


def _timed(gray: GrayImage, effort: CodeEffort) -> tuple[list[Code], float]:
    start = time.process_time()
    codes = look_for_codes(gray, [], effort)
    return codes, time.process_time() - start


if __name__ == "__main__":
    main()
