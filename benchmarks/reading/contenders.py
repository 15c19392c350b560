"""Ways to read the text of a photo, that of the stage `texts` and those beside it."""

import os
from collections.abc import Callable
from pathlib import Path

import pytesseract
from PIL import Image

from darkroom.imaging.decoding import upright_gray
from darkroom.ports import Reading, TextReader
from darkroom.work.workers import Workers


def one_look(path: Path, reader: TextReader) -> Reading:
    """The whole photo read once, as it is."""
    return reader.read(upright_gray(path))


def as_people_call_it(threads: int | None, path: Path) -> str:
    """`threads` None leaves it to the program how many it starts."""
    environment = {name: value for name, value in os.environ.items() if name != "OMP_THREAD_LIMIT"}
    limit = {"OMP_THREAD_LIMIT": str(threads)} if threads else {}
    # pytesseract hands on what its module calls `environ`.
    pytesseract.pytesseract.environ = environment | limit
    with Image.open(path) as image:
        return str(pytesseract.image_to_string(image))


def in_workers(
    workers: Workers, look: Callable[[Path, TextReader], Reading], reader: TextReader, path: Path
) -> str:
    return workers.call(look, path, reader).text
