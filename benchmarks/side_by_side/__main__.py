"""Darkroom and what people would use instead, on the same photos in turn: `make bench`.

Every contender takes a list of URLs and leaves JPEGs of quality 90 that fit in 1024 px. In each
round each runs once, as a process of its own, a different one first. Figures go to .bench/results.
"""

import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.side_by_side import machine, outputs, report
from benchmarks.side_by_side.environments import ROOT, python_of, variables
from benchmarks.side_by_side.figures import Run, ingest_against_engine, lines
from benchmarks.side_by_side.options import Options
from benchmarks.side_by_side.photos import draw
from benchmarks.side_by_side.roster import ORDER, Contender, contenders
from benchmarks.side_by_side.serving import served

_CACHE = ROOT / ".bench"
_AGAINST = ("with_img2dataset", "engine")
_WARM_UP = 10


class Race:
    """The contenders over one set of photos."""

    def __init__(self, name: str, urls: list[str], pythons: dict[Contender, Path]) -> None:
        self.name = name
        self._urls = urls
        self._pythons = pythons

    def warm_up(self) -> None:
        """A few photos for each, so that caches are warm and all are known to work."""
        for contender in self._pythons:
            self._run(contender, 0, self._urls[:_WARM_UP])

    def rounds(self, count: int) -> Iterator[Run]:
        everybody = list(self._pythons)
        for number in range(1, count + 1):
            first = (number - 1) % len(everybody)
            for contender in everybody[first:] + everybody[:first]:
                yield self._run(contender, number, self._urls)

    def _run(self, contender: Contender, number: int, urls: list[str]) -> Run:
        with tempfile.TemporaryDirectory(prefix="run-", dir=_CACHE) as name:
            folder = Path(name)
            out, listed, log = folder / "out", folder / "urls.txt", folder / "log"
            out.mkdir()
            listed.write_text("\n".join(urls), "utf-8")
            measured = _measured(contender, self._pythons[contender], listed, out, log)
            made = outputs.sizes(out)
            return Run(
                photos=self.name,
                round=number,
                contender=contender.name,
                count=len(urls),
                made=made.total(),
                sizes={f"{width}x{height}": many for (width, height), many in sorted(made.items())},
                ingest_s=outputs.ingest_seconds(out, log.read_text("utf-8", "replace")),
                **measured,
            )


def _measured(
    contender: Contender, python: Path, urls: Path, out: Path, log: Path
) -> dict[str, float]:
    figures = log.with_name("figures.json")
    measuring = [sys.executable, Path(__file__).with_name("measuring.py"), figures]
    arguments = contender.arguments(urls, out)
    if arguments[0].endswith(".py"):
        arguments[0] = str(ROOT / arguments[0])
    with log.open("w") as printed:
        subprocess.run(
            [*measuring, python, *arguments],
            check=True,
            cwd=out.parent,
            env=variables(contender),
            stdout=printed,
            stderr=subprocess.STDOUT,
        )
    found = json.loads(figures.read_text("utf-8"))
    if found.pop("exit_code") != 0:
        kept = _CACHE / f"{contender.name}.log"
        shutil.copyfile(log, kept)
        raise SystemExit(f"{contender.title} failed; what it printed is in {kept}.")
    return found


def _sets(options: Options) -> Iterator[tuple[str, Path, list[Path]]]:
    """Name, folder and photos of each set."""
    if options.photos:
        files = options.photos.iterdir()
        yield (
            "given",
            options.photos,
            sorted(p for p in files if p.suffix.lower() in {".jpg", ".jpeg"}),
        )
        return
    for kind, count in options.drawn.items():
        folder = _CACHE / "photos" / kind
        print(f"drawing {count} photos: {kind}", flush=True)
        draw(kind, count, folder)
        yield kind, folder, sorted(folder.glob("*.jpg"))[:count]


def _say(run: Run) -> None:
    print(
        f"{run.photos} {run.round} {run.contender}: {run.count / run.wall_s:.1f} photos/s,"
        f" {run.wall_s:.1f} s, CPU {run.cpu_s:.1f} s, {run.peak_bytes / 2**20:.0f} MiB,"
        f" {run.made} of {run.count} renditions",
        flush=True,
    )


def main() -> None:
    options = Options()
    taking_part = contenders(options.contenders)
    _CACHE.mkdir(exist_ok=True)
    pythons = {contender: python_of(contender, _CACHE) for contender in taking_part}
    titles = {contender.name: contender.title for contender in contenders(list(ORDER))}
    results = _CACHE / "results" / datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    results.mkdir(parents=True)
    runs: list[Run] = []
    page = ["# Side by side", "", *(f"- {line}" for line in machine.description())]
    page += [
        f"- server: {options.latency_ms:g} ms before each answer",
        f"- rounds: {options.rounds}",
    ]
    drawn = {}
    started = time.monotonic()
    for name, folder, photos in _sets(options):
        with served(folder, options.latency_ms / 1000) as address:
            race = Race(name, [f"{address}/{path.name}" for path in photos], pythons)
            race.warm_up()
            own = []
            for run in race.rounds(options.rounds):
                _say(run)
                own.append(run)
                runs.append(run)
                raw = {"options": options.model_dump(mode="json"), "machine": machine.description()}
                raw["runs"] = [asdict(each) for each in runs]
                (results / "raw.json").write_text(json.dumps(raw, indent=1), "utf-8")
        of = lines(own, order=[each.name for each in taking_part], against=_AGAINST)
        mean = sum(path.stat().st_size for path in photos) / len(photos)
        page += ["", f"## {name}: {len(photos)} photos, mean {mean / 1000:.0f} KB", ""]
        page += [report.table(of, titles, _AGAINST)]
        if ratio := ingest_against_engine(own, engine="engine", imported="imported"):
            page += ["", f"Step ingest against the engine alone: {report.spread(ratio, 2)}."]
        drawn[f"{name} ({len(photos)})"] = of
    page += ["", "## What they do", "", report.what_they_do(taking_part), ""]
    (results / "report.md").write_text("\n".join(page), "utf-8")
    report.drawing(drawn, titles).save(results / "report.png")
    print("\n".join(page))
    print(f"{(time.monotonic() - started) / 60:.0f} minutes; see {results.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
