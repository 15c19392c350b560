"""Reading text: the stage `texts` beside pytesseract, on pages and on photos without text.

    .venv/bin/python -m benchmarks.reading [--count 16] [--rounds 5] [--at-once 2]

All read the same files in turn, so many at once: the stage with its looks, in worker processes, by
the engine that is the default; one plain look by that engine in such processes, at the size of the
file; pytesseract with one thread for each program; pytesseract as people call it, where a program
takes all cores. Then one process tells how often the stage looks at a photo and what that costs.
The last line is JSON: of each kind of photo, seconds per photo and ratios by round.
"""

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import psutil

from benchmarks.reading.contenders import as_people_call_it, in_workers, one_look
from benchmarks.reading.looks import looked_into
from benchmarks.side_by_side.photos import draw, page_lines
from darkroom.evaluation.texts import ReadText, score_texts
from darkroom.ports import TextReader
from darkroom.recognition.from_file import read_text
from darkroom.settings import OcrSettings, WorkerSettings
from darkroom.work.workers import Workers
from resources.ocr.choice import text_reader

_STAGE, _ONE_LOOK = "the stage", "one look"
_ONE_THREAD, _AS_CALLED = "pytesseract, one thread", "pytesseract, as called"
_KINDS = {"pages": "pages", "photos": "web"}


@dataclass(frozen=True, slots=True)
class Took:
    """Per photo."""

    wall_s: float
    cpu_s: float


def timed(
    read: Callable[[Path], str], paths: Sequence[Path], at_once: int
) -> tuple[Took, list[str]]:
    before, started = _cpu_s(), time.perf_counter()
    with ThreadPoolExecutor(at_once) as pool:
        texts = list(pool.map(read, paths))
    wall_s = time.perf_counter() - started
    return Took(wall_s / len(paths), (_cpu_s() - before) / len(paths)), texts


def _cpu_s() -> float:
    """Of this process and all below it, those that ended included."""
    me = psutil.Process()
    return sum(sum(each.cpu_times()[:4]) for each in (me, *me.children(recursive=True)))


def _ratios(rounds: Sequence[dict[str, Took]], of: str, to: str) -> dict[str, list[float]]:
    """How many times as fast, in wall and in CPU: median, least, most."""

    def spread(values: Sequence[float]) -> list[float]:
        return [round(each, 2) for each in (statistics.median(values), min(values), max(values))]

    return {
        "wall": spread([each[to].wall_s / each[of].wall_s for each in rounds]),
        "cpu": spread([each[to].cpu_s / each[of].cpu_s for each in rounds]),
    }


def _recall(texts: Sequence[str]) -> dict[str, float | None]:
    """Of the words on drawn pages, and how much of what was read stands there."""
    pages = [ReadText(str(n), "\n".join(page_lines(n)), text) for n, text in enumerate(texts)]
    score = score_texts(pages)
    return {"recall": score.recall, "precision": score.precision}


def _paths(kind: str, given: Path | None, count: int, folder: Path) -> list[Path]:
    if given is not None:
        found = sorted(path for path in given.iterdir() if path.is_file())
        return found[:: max(len(found) // count, 1)][:count]
    draw(_KINDS[kind], count, folder / kind)
    return sorted((folder / kind).glob("*.jpg"))


def compared(
    paths: Sequence[Path], *, reader: TextReader, rounds: int, at_once: int, drawn_pages: bool
) -> dict[str, Any]:
    """All contenders over these photos."""
    settings = WorkerSettings(max_workers=at_once)
    with Workers(settings, preload=["darkroom.recognition.from_file"]) as workers:
        contenders: dict[str, Callable[[Path], str]] = {
            _STAGE: partial(in_workers, workers, read_text, reader),
            _ONE_LOOK: partial(in_workers, workers, one_look, reader),
            _ONE_THREAD: partial(as_people_call_it, 1),
            _AS_CALLED: partial(as_people_call_it, None),
        }
        for read in contenders.values():
            timed(read, paths[:at_once], at_once)
        found, texts = [], {}
        for number in range(1, rounds + 1):
            took: dict[str, Took] = {}
            for name, read in contenders.items():
                took[name], texts[name] = timed(read, paths, at_once)
                each = took[name]
                print(
                    f"round {number}, {name}: {1000 * each.wall_s:.0f} ms per photo,"
                    f" CPU {1000 * each.cpu_s:.0f} ms",
                    flush=True,
                )
            found.append(took)
    return {
        "ms_per_photo": {
            name: round(1000 * statistics.median(each[name].wall_s for each in found), 1)
            for name in contenders
        },
        "cpu_ms_per_photo": {
            name: round(1000 * statistics.median(each[name].cpu_s for each in found), 1)
            for name in contenders
        },
        "times_as_fast": {
            f"{of} / {to}": _ratios(found, of, to)
            for of in (_STAGE, _ONE_LOOK)
            for to in (_ONE_THREAD, _AS_CALLED)
        },
        "letters_per_photo": {
            name: sum(len("".join(text.split())) for text in read) / len(paths)
            for name, read in texts.items()
        },
        **({"words": {name: _recall(read) for name, read in texts.items()}} if drawn_pages else {}),
        "looks": looked_into(paths, reader),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--count", type=int, default=16, help="of each kind")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--at-once", type=int, default=2)
    for kind in _KINDS:
        parser.add_argument(f"--{kind}", type=Path, help="a folder; drawn when left out")
    options = parser.parse_args()
    reader = text_reader(OcrSettings())
    figures: dict[str, Any] = {"engine": reader.version}
    with tempfile.TemporaryDirectory(prefix="darkroom-reading-") as name:
        for kind in _KINDS:
            given: Path | None = getattr(options, kind)
            paths = _paths(kind, given, options.count, Path(name))
            print(f"{kind}: {len(paths)}", flush=True)
            figures[kind] = compared(
                paths,
                reader=reader,
                rounds=options.rounds,
                at_once=options.at_once,
                drawn_pages=kind == "pages" and given is None,
            )
            print(json.dumps(figures[kind], indent=1), flush=True)
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
