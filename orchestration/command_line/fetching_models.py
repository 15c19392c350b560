"""`darkroom models fetch`."""

from pathlib import Path

from rich.console import Console

from orchestration.command_line.session import adapters_of
from resources.detectors.model_files import fetch_model


def fetch_known_model(name: str, url: str | None, folder: Path | None) -> int:
    """Download a model into the home."""
    home = adapters_of(folder).home
    path = fetch_model(name, home.models / f"{name}.onnx", url=url)
    Console().print(f"{name} is in {path}", markup=False, highlight=False)
    return 0
