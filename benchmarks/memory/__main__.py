"""How much memory an import takes, by its photos: 12 megapixels each, in all processes together.

    .venv/bin/python -m benchmarks.memory [--photos 1000 10000] [--every-stage] [--model FILE]

Each number of photos is imported into a home of its own by `darkroom import`, from a server on this
machine (serving.py). PSS of all processes of the import is summed every second. Text, codes and
detection are off, or with --every-stage on, detection given a model. Deliveries are off: they copy
files. The last line is JSON.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.memory.serving import served
from benchmarks.process_tree import watched

_SETTINGS = """\
renditions: {{format: JPEG}}
deliveries: {{enabled: false}}
downloads: {{allow_addresses: [127.0.0.1]}}
ocr: {{enabled: {on}}}
codes: {{enabled: {on}}}
detector: {{enabled: {on}, model: {model}}}
"""
_MIB = 2**20


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one import."""

    photos: int
    exit_code: int
    wall_s: float
    cpu_s: float
    peak_mib: float
    by_kind_mib: Mapping[str, float]
    """At the moment of the peak."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--photos", type=int, nargs="+", default=[1000, 10_000])
    parser.add_argument("--every-stage", action="store_true")
    parser.add_argument("--model", type=Path, help="of the detector, a file of ONNX")
    parser.add_argument("--look-s", type=float, default=1.0, help="seconds between two looks")
    options = parser.parse_args()
    on = str(options.every_stage).lower()
    model = json.dumps(str(options.model.absolute())) if options.model else "null"
    settings = _SETTINGS.format(on=on, model=model)
    figures: list[Figures] = []
    with served() as address:
        for count in options.photos:
            figures.append(_import(address, count, settings, options.look_s))
            print(figures[-1], flush=True)
    most = figures[-1].peak_mib / figures[0].peak_mib
    print(f"{figures[-1].photos} photos take {most:.2f} times what {figures[0].photos} take")
    print(json.dumps([asdict(each) for each in figures]))


def _import(address: str, count: int, settings: str, look_s: float) -> Figures:
    with tempfile.TemporaryDirectory(prefix="darkroom-memory-") as name:
        home = Path(name, "home")
        home.mkdir()
        (home / "darkroom.yaml").write_text(settings)
        manifest = Path(name, "urls.txt")
        manifest.write_text("\n".join(f"{address}/{number}.jpg" for number in range(count)))
        program = str(Path(sys.executable).with_name("darkroom"))
        started = time.perf_counter()
        code, use = watched([program, "import", str(manifest), "--home", str(home)], every_s=look_s)
        by_kind = {kind: round(size / _MIB, 1) for kind, size in use.peak_by_kind.most_common()}
        return Figures(
            photos=count,
            exit_code=code,
            wall_s=round(time.perf_counter() - started, 1),
            cpu_s=round(sum(use.cpu_s.values()), 1),
            peak_mib=round(use.peak_bytes / _MIB, 1),
            by_kind_mib=by_kind,
        )


if __name__ == "__main__":
    main()
