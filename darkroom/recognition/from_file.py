"""What worker processes do to one photo: read its text, find its codes.

Each function takes the path of an image and plain values, and gives plain values back. Positions in
the results are pixels of the upright original; `scale` is pixels of the original per pixel of the
image at `path`.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from darkroom.imaging.decoding import reduced_gray, upright_gray
from darkroom.ports import Reading, TextReader
from darkroom.recognition.code_ladder import look_for_codes
from darkroom.recognition.reading import READ_PX, read_page
from darkroom.rows import Code
from darkroom.settings import CodeEffort


def read_text(path: Path, reader: TextReader) -> Reading:
    """Text of an original, read at a size that suits reading. Raises `EngineUnavailable`."""
    gray, scale = reduced_gray(path, at_least_px=READ_PX)
    reading = read_page(gray, reader)
    words = [replace(word, box=_scaled(word.box, scale)) for word in reading.words]
    return replace(reading, words=words)


def find_codes(path: Path, symbologies: Sequence[str], effort: CodeEffort) -> list[Code]:
    """Codes of an original, looked for at its full resolution, then in further looks at it."""
    return look_for_codes(upright_gray(path), symbologies, effort)


def _scaled(box: Sequence[float], scale: float) -> list[float]:
    """A tenth of a pixel is finer than any engine knows."""
    return [round(side * scale, 1) for side in box]
