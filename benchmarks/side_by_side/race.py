"""The contenders over one set of photos, in turn, each as a process of its own."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from benchmarks.side_by_side import outputs
from benchmarks.side_by_side.environments import ROOT, variables
from benchmarks.side_by_side.figures import Failed, Run
from benchmarks.side_by_side.roster import Contender

_WARM_UP = 10
_LIMIT_S = 300.0
_LIMIT_PER_PHOTO_S = 5.0
"""What takes longer hangs: the slowest known takes one second for a large photo."""
_PATIENCE_S = 20.0


class _DidNotEnd(Exception):
    """A contender failed or took too long."""


class Race:
    """Photos of one set, and who is still in it."""

    def __init__(
        self,
        name: str,
        photos: Sequence[Path],
        *,
        address: str,
        pythons: Mapping[Contender, Path],
        cache: Path,
        logs: Path,
    ) -> None:
        """What contenders leave is in `cache` for a while; what the failed ones printed stays in
        `logs`.
        """
        self.name = name
        self._photos = photos
        self._address = address
        self._pythons = dict(pythons)
        self._cache = cache
        self._logs = logs

    def warm_up(self) -> Iterator[Run | Failed]:
        """A few photos for each, so that caches are warm; who cannot do them is out of it."""
        for contender in list(self._pythons):
            ended = self._ended(contender, 0, self._photos[:_WARM_UP])
            if isinstance(ended, Failed):
                del self._pythons[contender]
            yield ended

    def rounds(self, count: int) -> Iterator[Run | Failed]:
        """A different one is first in each; who fails in one takes part in the next."""
        everybody = list(self._pythons)
        for number in range(1, count + 1):
            first = (number - 1) % max(len(everybody), 1)
            for contender in everybody[first:] + everybody[:first]:
                yield self._ended(contender, number, self._photos)

    def _ended(self, contender: Contender, number: int, photos: Sequence[Path]) -> Run | Failed:
        with tempfile.TemporaryDirectory(
            prefix="run-", dir=self._cache, ignore_cleanup_errors=True
        ) as name:
            folder = Path(name)
            try:
                return self._run(contender, number, photos, folder)
            except _DidNotEnd as error:
                kept = self._logs / f"{self.name}-{number}-{contender.name}.log"
                shutil.copyfile(folder / "log", kept)
                why = f"{error}; what it printed is in {kept.name}"
                return Failed(self.name, number, contender.name, why)

    def _run(self, contender: Contender, number: int, photos: Sequence[Path], folder: Path) -> Run:
        out, urls, files = folder / "out", folder / "urls.txt", folder / "files.json"
        out.mkdir()
        urls.write_text("\n".join(f"{self._address}/{quote(path.name)}" for path in photos))
        files.write_text(json.dumps([str(path) for path in photos]))
        arguments = contender.arguments(urls=urls, files=files, out=out)
        if arguments[0].endswith(".py"):
            arguments[0] = str(ROOT / arguments[0])
        os.sync()  # what the one before has left to write would cost this one's time
        measured = _measured(
            [str(self._pythons[contender]), *arguments],
            folder,
            environment=variables(contender),
            limit_s=_LIMIT_S + _LIMIT_PER_PHOTO_S * len(photos),
        )
        made = outputs.renditions(out)
        return Run(
            photos=self.name,
            round=number,
            contender=contender.name,
            count=len(photos),
            made=made.sizes.total(),
            unfit=made.unfit,
            sizes={
                f"{width}x{height}": many for (width, height), many in sorted(made.sizes.items())
            },
            work_s=outputs.work_seconds(out, (folder / "log").read_text("utf-8", "replace")),
            **measured,
        )


def _measured(
    command: list[str], folder: Path, *, environment: dict[str, str], limit_s: float
) -> dict[str, Any]:
    """What a command cost; it prints to `log`. Raises `_DidNotEnd`."""
    figures = folder / "figures.json"
    measuring = [sys.executable, str(Path(__file__).with_name("measuring.py"))]
    with (
        (folder / "log").open("w") as log,
        # A session of its own: Ctrl-C is for us, and we end it.
        subprocess.Popen(
            [*measuring, str(figures), str(limit_s), *command],
            cwd=folder,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        ) as process,
    ):
        try:
            process.wait()
        except KeyboardInterrupt:
            process.terminate()
            process.wait(_PATIENCE_S)
            raise
    if not figures.exists():
        raise _DidNotEnd("it could not be measured")
    found: dict[str, Any] = json.loads(figures.read_text("utf-8"))
    exit_code = found.pop("exit_code")
    if exit_code is None:
        raise _DidNotEnd(f"took longer than {limit_s:.0f} s")
    if exit_code != 0:
        raise _DidNotEnd(f"ended with exit code {exit_code}")
    return found
