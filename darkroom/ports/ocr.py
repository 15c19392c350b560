"""Engines that read text."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from darkroom.ports.images import GrayImage
from darkroom.rows import Word


@dataclass(frozen=True, slots=True)
class Reading:
    """What an OCR engine saw. Boxes are `[x, y, width, height]` in pixels of the image given."""

    text: str
    confidence: float | None
    words: list[Word]


class TextReader(Protocol):
    """An OCR engine. Cheap to pickle; the engine starts on first use in each process."""

    @property
    def version(self) -> str:
        """Engine, its version and languages: part of what a text was made from."""

    @property
    def enough_words(self) -> int:
        """Sure words from which an image is the right way up: engines differ in their errors."""

    @property
    def page_scale(self) -> float | None:
        """Share of its size at which a printed page is read as well as in full, and sooner.

        None where there is none.
        """

    @property
    def needs_letters_apart(self) -> bool:
        """Whether it finds text only where `darkroom.recognition.letters` finds letters."""

    def line_heights(self, image: GrayImage) -> Sequence[float] | None:
        """A cheap look: how high the lines of text are, in pixels.

        Empty only where `read` would find nothing at any size; None where there may be text, but
        the engine cannot tell how large it is. Raises `EngineUnavailable`.
        """

    def read(self, image: GrayImage) -> Reading:
        """Text in reading order. Raises `EngineUnavailable` when it cannot start."""
