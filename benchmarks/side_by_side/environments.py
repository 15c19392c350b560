"""Where the Python of each contender is: peers have environments of their own."""

import os
import subprocess
import sys
import venv
from pathlib import Path

from benchmarks.side_by_side.roster import Contender

ROOT = Path(__file__).parents[2]
_PEERS = ROOT / "benchmarks" / "peers"


def python_of(contender: Contender, cache: Path) -> Path:
    """The contender's interpreter, its packages installed as locked and compiled."""
    if contender.environment is None:
        _compile(Path(sys.executable), [*map(str, _packages()), str(ROOT / "benchmarks")])
        return Path(sys.executable)
    folder = cache / "venvs" / contender.environment
    python, stamp = folder / "bin" / "python", folder / ".installed"
    lock = _PEERS / contender.environment / "requirements.lock"
    if not stamp.exists() or stamp.read_text("utf-8") != lock.read_text("utf-8"):
        print(f"installing {lock.relative_to(ROOT)}", flush=True)
        venv.create(folder, clear=True, with_pip=True)
        pip: list[str | Path] = [
            python,
            "-m",
            "pip",
            "-qq",
            "--disable-pip-version-check",
            "install",
        ]
        subprocess.run([*pip, "--require-hashes", "-r", lock], check=True)
        _compile(python, [str(folder / "lib")])
        stamp.write_text(lock.read_text("utf-8"), "utf-8")
    return python


def variables(contender: Contender) -> dict[str, str]:
    """The contender's environment variables: ours without what would slow its start."""
    ours = {
        name: value
        for name, value in os.environ.items()
        if name != "PYTHONDONTWRITEBYTECODE" and not name.startswith("DARKROOM_")
    }
    if contender.environment is None:
        ours["PYTHONPATH"] = str(ROOT)
    else:
        ours.pop("PYTHONPATH", None)
    return ours | contender.settings


def _packages() -> list[Path]:
    # The environment is a folder of this very checkout, or a link in it.
    return [Path(sys.prefix) / "lib", *(ROOT / name for name in _PROJECT)]


_PROJECT = ("darkroom", "resources", "assets", "orchestration")


def _compile(python: Path, places: list[str]) -> None:
    """Bytecode for all, so that nobody compiles while measured."""
    # Some packages carry files of other versions of Python: what cannot be compiled is left.
    subprocess.run([python, "-m", "compileall", "-qq", *places], check=False)
