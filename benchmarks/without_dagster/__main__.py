"""A whole run of every stage through Dagster, beside the same stages in a plain program.

    .venv/bin/python -m benchmarks.without_dagster [--photos 1000] [--rounds 5] [--latency 0.02]

Photos of the web, drawn, and served on this machine so many seconds late. In each round, each in a
home of its own: the stages without Dagster (stages.py), and `darkroom import` as one batch. Wall
and CPU are those of whole commands, from their start to their end. The last line is JSON.
"""

import argparse
import json
import sys
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from benchmarks.commands import taken_by
from benchmarks.side_by_side.photos import draw
from benchmarks.side_by_side.serving import served
from benchmarks.spread import spread

_SETTINGS = {
    "DARKROOM_DOWNLOADS__ALLOW_ADDRESSES": '["127.0.0.1"]',
    "DARKROOM_RENDITIONS__FORMAT": "JPEG",
    "DARKROOM_INTAKE__BATCH_SIZE": str(10**6),
}
_COMMANDS = {
    "without Dagster": ["benchmarks.without_dagster.stages"],
    "through Dagster": ["orchestration.command_line.main", "import"],
}


def _measured(words: Sequence[str], source: Path) -> tuple[dict[str, float], str]:
    """Seconds of a command in a new home, and the last that it printed."""
    with tempfile.TemporaryDirectory(prefix="darkroom-whole-") as name:
        home = ["--home", str(Path(name, "home"))]
        taken = taken_by([sys.executable, "-m", *words, str(source), *home], _SETTINGS)
    seconds = {"wall": round(taken.wall_s, 2), "cpu": round(taken.cpu_s, 2)}
    return seconds, taken.said.strip().splitlines()[-1]


def main() -> None:
    """Measure, and print the medians with least and most."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--photos", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--latency", type=float, default=0.02)
    options = parser.parse_args()
    found: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    with tempfile.TemporaryDirectory(prefix="darkroom-photos-") as name:
        folder, manifest = Path(name, "web"), Path(name, "photos.txt")
        draw("web", options.photos, folder)
        with served(folder, options.latency) as address:
            names = sorted(photo.name for photo in folder.iterdir())
            manifest.write_text("".join(f"{address}/{photo}\n" for photo in names), "utf-8")
            for number in range(options.rounds):
                order = list(_COMMANDS)[:: -1 if number % 2 else 1]
                for what in order:
                    taken, said = _measured(_COMMANDS[what], manifest)
                    print(f"round {number + 1}: {what}: {taken} {said}", flush=True)
                    for measure, value in taken.items():
                        found[what][measure].append(value)
    for what, figures in found.items():
        print(f"{what}: " + ", ".join(f"{m} {spread(v)} s" for m, v in figures.items()))
    alone, dagster = (found[what]["wall"] for what in _COMMANDS)
    shares = [one / other for one, other in zip(alone, dagster, strict=True)]
    print(f"speed through Dagster, of that without: {spread(shares)}")
    print(json.dumps(found))


if __name__ == "__main__":
    main()
