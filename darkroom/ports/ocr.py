"""Engines that read text."""

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

    def may_have_text(self, image: GrayImage) -> bool:
        """A cheap look: False only where `read` would find nothing at any size.

        An engine that has no cheap look says True. Raises `EngineUnavailable`.
        """

    def read(self, image: GrayImage) -> Reading:
        """Text in reading order. Raises `EngineUnavailable` when it cannot start."""
