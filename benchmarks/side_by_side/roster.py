"""Who takes part: a TOML file each, beside the script that it starts."""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path

FOLDER = Path(__file__).parent / "contenders"
ORDER = (
    "sequential",
    "threads",
    "processes",
    "with_img2dataset",
    "with_daft",
    "the_least",
    "the_pass",
    "engine",
    "imported",
)


@dataclass(frozen=True, slots=True, eq=False)
class Contender:
    name: str
    title: str
    command: list[str]
    """What Python is given. {urls} stands for the photos' addresses, one on each line, {files} for
    a JSON list of their paths, and {out} for the folder to fill."""
    does: dict[str, str]
    environment: str | None = None
    """A folder of benchmarks/peers; None: the project's own."""
    settings: dict[str, str] = field(default_factory=dict)
    """Environment variables."""

    def arguments(self, *, urls: Path, files: Path, out: Path) -> list[str]:
        return [part.format(urls=urls, files=files, out=out) for part in self.command]


def contenders(names: list[str]) -> list[Contender]:
    """Those named, in the order of the table; SystemExit for a name that nobody has."""
    if unknown := set(names) - set(ORDER):
        raise SystemExit(f"no contender is called {min(unknown)}; there are {', '.join(ORDER)}")
    return [
        Contender(name, **tomllib.loads((FOLDER / f"{name}.toml").read_text("utf-8")))
        for name in ORDER
        if name in names
    ]
