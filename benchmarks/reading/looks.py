"""How often the stage `texts` looks at a photo, and what that costs."""

import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from darkroom.imaging.decoding import reduced_gray
from darkroom.ports import GrayImage, Reading, TextReader
from darkroom.recognition.reading import READ_PX, read_page


@dataclass
class Watched:
    """A `TextReader` that counts what it is asked for, and the seconds of it."""

    reader: TextReader
    asked: Counter[str] = field(default_factory=Counter)
    seconds: defaultdict[str, float] = field(default_factory=partial(defaultdict, float))

    @property
    def version(self) -> str:
        return self.reader.version

    @property
    def enough_words(self) -> int:
        return self.reader.enough_words

    @property
    def page_scale(self) -> float | None:
        return self.reader.page_scale

    @property
    def needs_letters_apart(self) -> bool:
        return self.reader.needs_letters_apart

    def line_heights(self, image: GrayImage) -> Sequence[float] | None:
        with self._counted("glances"):
            return self.reader.line_heights(image)

    def read(self, image: GrayImage) -> Reading:
        with self._counted("readings"):
            return self.reader.read(image)

    @contextmanager
    def _counted(self, what: str) -> Iterator[None]:
        started = time.perf_counter()
        yield
        self.asked[what] += 1
        self.seconds[what] += time.perf_counter() - started


def looked_into(paths: Sequence[Path], reader: TextReader) -> dict[str, float]:
    """How often the stage looks at a photo in the mean, and milliseconds of each part."""
    watched, decoding, all_in_all = Watched(reader), 0.0, 0.0
    for path in paths:
        started = time.perf_counter()
        gray, _ = reduced_gray(path, at_least_px=READ_PX)
        decoding += time.perf_counter() - started
        read_page(gray, watched)
        all_in_all += time.perf_counter() - started
    count = len(paths)
    rest = all_in_all - decoding - sum(watched.seconds.values())
    parts = {"decode": decoding, **watched.seconds, "all else": rest}
    found = {name: asked / count for name, asked in watched.asked.items()}
    return found | {f"{name} ms": round(1000 * s / count, 1) for name, s in parts.items()}
