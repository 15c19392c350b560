"""Commands as processes of their own, and what they took."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

DARKROOM = (sys.executable, "-m", "orchestration.command_line.main")
_MEASURING = Path(__file__).parent / "side_by_side" / "measuring.py"
_PATIENCE_S = 7200


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
