"""What a batch costs that holds nothing new: run again, and as the same bytes of another owner.

    .venv/bin/python -m benchmarks.again [--photos 1000] [--rounds 3]

In each round, in a home of its own: `darkroom import` of one photo (the fixed cost), of so many
photos of 800 x 600 as one batch, `darkroom retry` of that batch, which is healthy, and an import of
the same files from another folder by another owner. CPU is that of all processes.
"""

import argparse
import json
import shutil
import tempfile
from collections import defaultdict
from pathlib import Path

from PIL import Image

from benchmarks.commands import DARKROOM, taken_by
from benchmarks.spread import spread
from darkroom.samples import scenes
from orchestration.command_line.session import adapters_of
from orchestration.home import Home
from orchestration.instance import open_instance

_ONE_BATCH = {"DARKROOM_INTAKE__BATCH_SIZE": str(10**6)}
_SIZE = (800, 600)
_MARGIN_PX = 64


def _draw(count: int, folder: Path) -> None:
    """Cuts of four scenes, each from another place."""
    large = (_SIZE[0] + _MARGIN_PX, _SIZE[1] + _MARGIN_PX)
    kinds = (scenes.lake, scenes.meadow, scenes.forest, scenes.sea)
    drawn = [kind(large, seed=n) for n, kind in enumerate(kinds)]
    folder.mkdir()
    for number in range(count):
        left, top = number // len(kinds) % _MARGIN_PX, number // 256 % _MARGIN_PX
        box = (left, top, left + _SIZE[0], top + _SIZE[1])
        _cut(drawn[number % len(kinds)], box, folder / f"{number:05}.jpg", number)


def _cut(scene: Image.Image, box: tuple[int, int, int, int], path: Path, number: int) -> None:
    scene.crop(box).save(path, quality=85, comment=str(number).encode())


def _darkroom(home: Path, *words: str) -> dict[str, float]:
    taken = taken_by([*DARKROOM, *words, "--home", str(home)], _ONE_BATCH)
    return {"wall": taken.wall_s, "cpu": taken.cpu_s}


def _newest(home: Path) -> tuple[str, dict[str, float]]:
    """Batch of the run that ended last, and seconds of its steps."""
    with open_instance(Home(home), adapters_of(home).settings) as instance:
        run = instance.get_runs(limit=1)[0]
        steps = {
            step.step_key: round((step.end_time or 0) - (step.start_time or 0), 2)
            for step in instance.get_run_step_stats(run.run_id)
        }
        return run.tags["dagster/partition"], steps


def main() -> None:
    """Measure, and print the medians with least and most; the last line is JSON."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--photos", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    found: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    with tempfile.TemporaryDirectory(prefix="darkroom-again-") as name:
        folder = Path(name)
        _draw(1, folder / "one")
        _draw(options.photos, folder / "many")
        shutil.copytree(folder / "many", folder / "same")
        for number in range(options.rounds):
            home = folder / f"home-{number}"
            home.mkdir()
            many = ""
            for what, words in (
                ("first", ("import", str(folder / "one"))),
                ("first time", ("import", str(folder / "many"), "--owner", "ada")),
                ("one photo", ("import", str(folder / "one"), "--owner", "cy")),
                ("run again", ("retry",)),
                ("known bytes", ("import", str(folder / "same"), "--owner", "bo")),
            ):
                batch = [many] if words == ("retry",) else []
                taken = _darkroom(home, *words, *batch)
                partition, steps = _newest(home)
                many = partition if what == "first time" else many
                print(f"round {number + 1}: {what}: {taken} {steps}", flush=True)
                for measure, value in taken.items():
                    found[what][measure].append(round(value, 2))
            shutil.rmtree(home)
    for what, figures in found.items():
        each = ", ".join(f"{measure} {spread(values, 1)} s" for measure, values in figures.items())
        print(f"{what}: {each}")
    print(json.dumps(found))


if __name__ == "__main__":
    main()
