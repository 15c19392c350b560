"""What the engine does to a photo, over files and in one process: `the_pass.py FILES OUT`.

No network, no tables, no workers: the speed of one core, that the engine has as many times as there
are cores and can at most reach. FILES is a JSON list of paths. Prints what it took as JSON.
"""

import json
import sys
import tempfile
import time
from pathlib import Path

from darkroom.imaging.examination import ExaminationSettings, examine
from darkroom.settings import RenditionSettings
from darkroom.work.worker_process import keep_freed_memory


def main() -> None:
    keep_freed_memory()  # as the workers do
    files, out = Path(sys.argv[1]), Path(sys.argv[2])
    settings = ExaminationSettings(renditions=RenditionSettings(format="JPEG"))
    photos = [Path(name) for name in json.loads(files.read_text("utf-8"))]
    _warm_up(photos[0], settings)
    started = time.perf_counter()
    for photo in photos:
        examine(photo, filename=photo.name, settings=settings, scratch=out)
    print(json.dumps({"photos": len(photos), "wall_s": round(time.perf_counter() - started, 3)}))


def _warm_up(photo: Path, settings: ExaminationSettings) -> None:
    """What is loaded at the first photo: that is start-up."""
    with tempfile.TemporaryDirectory() as folder:
        examine(photo, filename=photo.name, settings=settings, scratch=Path(folder))


if __name__ == "__main__":
    main()
