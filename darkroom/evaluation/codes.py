"""How well codes are read on photos whose codes are known."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class ReadCodes:
    """One photo: what it is known to show, and what was read on it."""

    photo: str
    expected: str | None
    """None for a photo without any code."""
    read: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeScore:
    """Photos in the order in which they were given."""

    readable: int
    """Photos with a code that is known."""
    right: int
    """Of these, those on which it was read, letter by letter."""
    missed: list[str]
    wrong: list[tuple[str, str]]
    """Photos with a known code and a text that they do not show."""
    empty: int
    """Photos without any code."""
    false: list[tuple[str, str]]
    """Photos without any code and what was read on them."""


def expected_code(answers: Mapping[str, Any]) -> str | None:
    """The text of a photo's code, out of what a manifest's column `expected` says of it."""
    text = answers.get("qr", answers.get("barcode"))
    return None if text is None else str(text)


def score_codes(photos: Sequence[ReadCodes]) -> CodeScore:
    """Compare texts letter by letter, but for line breaks at their end.

    A photo may show a second code that nobody has written down, as books do beside their ISBN. A
    text beside the expected one therefore counts as wrong only where no other photo of the same
    expected code shows it as well: misreadings differ from photo to photo.
    """
    seen = Counter((_text(photo.expected), text) for photo in photos for text in _texts(photo))
    known = [photo for photo in photos if photo.expected is not None]
    empty = [photo for photo in photos if photo.expected is None]
    missed = [photo.photo for photo in known if _text(photo.expected) not in _texts(photo)]
    return CodeScore(
        readable=len(known),
        right=len(known) - len(missed),
        missed=missed,
        wrong=[
            (photo.photo, text)
            for photo in known
            for text in _texts(photo)
            if text != _text(photo.expected) and seen[_text(photo.expected), text] == 1
        ],
        empty=len(empty),
        false=[(photo.photo, text) for photo in empty for text in _texts(photo)],
    )


def _texts(photo: ReadCodes) -> list[str]:
    """Each once, in their order."""
    return list(dict.fromkeys(map(_text, photo.read)))


def _text(text: str | None) -> str:
    return (text or "").rstrip("\r\n")
