"""Commands as processes of their own, and what they took."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

DARKROOM = (sys.executable, "-m", "orchestration.command_line.main")
_MEASURING = Path(__file__).parent / "side_by_side" / "measuring.py"
_PATIENCE_S = 7200
_LOOK_S = 0.1


@dataclass(frozen=True, slots=True)
class Taken:
    wall_s: float
    cpu_s: float
    """Of all processes."""
    said: str
    """On standard output."""


def taken_by(command: Sequence[str], environment: Mapping[str, str] | None = None) -> Taken:
    """From its start to its end, with `environment` beside ours. Ends the program if it fails."""
    with tempfile.TemporaryDirectory(prefix="darkroom-taken-") as name:
        figures = Path(name, "figures.json")
        ran = subprocess.run(
            [sys.executable, str(_MEASURING), str(figures), str(_PATIENCE_S), *command],
            env={**os.environ, **(environment or {})},
            capture_output=True,
            text=True,
            check=True,
        )
        found = json.loads(figures.read_text("utf-8"))
    if found["exit_code"] != 0:
        said = f"{ran.stdout}{ran.stderr}"
        raise SystemExit(f"{' '.join(command)} ended with {found['exit_code']}:\n{said}")
    return Taken(found["wall_s"], found["cpu_s"], ran.stdout)


@dataclass(frozen=True, slots=True)
class Service:
    """A running `darkroom up`."""

    address: str
    pid: int


@contextmanager
def up(home: Path) -> Iterator[Service]:
    """`darkroom up` from when it answers. Ends the program if it does not come to that."""
    # To a file: a pipe that nobody reads on would stop the service once it is full.
    with tempfile.NamedTemporaryFile("r+", prefix="darkroom-up-") as said:
        command = [*DARKROOM, "up", "--home", str(home), "--port", "0"]
        with subprocess.Popen(command, stdout=said, stderr=subprocess.STDOUT) as process:
            try:
                yield Service(_address(process, Path(said.name)), process.pid)
            finally:
                process.terminate()


def _address(process: "subprocess.Popen[bytes]", said: Path) -> str:
    mark = "Dagster is at "
    while process.poll() is None:
        for line in said.read_text("utf-8").splitlines():
            if line.startswith(mark):
                return line.removeprefix(mark)
        time.sleep(_LOOK_S)
    raise SystemExit(f"darkroom up ended with {process.returncode}:\n{said.read_text('utf-8')}")
