"""How well text is read on photos whose text is known."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_WORD = re.compile(r"[^\W\d_]{3,}")
_SIGN = re.compile(r"[\W_]")


@dataclass(frozen=True, slots=True)
class ReadText:
    """One photo: what it is known to show, and what was read on it."""

    photo: str
    expected: str | None
    """None where nobody has written it down."""
    read: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TextScore:
    """Words are runs of three letters and more, in any case and order, each counted as often."""

    words: int
    """On photos whose text is known."""
    found: int
    """Of these, those that were read."""
    read: int
    """Words that were read on these photos, right or wrong."""
    unknown: int
    """Photos whose text is not known."""
    texts: list[tuple[str, str]]
    """Of these, those on which something was read, and what."""

    @property
    def recall(self) -> float | None:
        return self.found / self.words if self.words else None

    @property
    def precision(self) -> float | None:
        return self.found / self.read if self.read else None

    @property
    def characters(self) -> int:
        """Read on photos whose text is not known, without blanks."""
        return sum(len("".join(text.split())) for _, text in self.texts)


def expected_text(answers: Mapping[str, Any]) -> str | None:
    """A photo's text, out of what a manifest's column `expected` says of it."""
    lines = answers.get("lines")
    if isinstance(lines, list):
        return "\n".join(map(str, lines))
    text = answers.get("text", answers.get("word"))
    return None if text is None else str(text)


def expected_plates(answers: Mapping[str, Any]) -> list[str]:
    """The plates that a photo of vehicles shows."""
    return [str(plate["text"]) for plate in answers.get("plates", [])]


def score_texts(photos: Sequence[ReadText]) -> TextScore:
    """Without a known text there is neither recall nor precision, but what was read is kept."""
    words = found = read = 0
    for photo in photos:
        if photo.expected is not None:
            expected, got = _words(photo.expected), _words(photo.read)
            words += expected.total()
            found += (expected & got).total()
            read += got.total()
    unknown = [photo for photo in photos if photo.expected is None]
    return TextScore(
        words=words,
        found=found,
        read=read,
        unknown=len(unknown),
        texts=[(photo.photo, photo.read) for photo in unknown if photo.read.strip()],
    )


def plates_found(plates: Sequence[str], read: str) -> int:
    """Plates whose letters and digits stand in one line of the text, whatever is between them.

    Around them there may be more: a state, a dealer's name.
    """
    lines = [_signs(line) for line in read.splitlines()]
    return sum(any(_signs(plate) in line for line in lines) for plate in plates)


def _words(text: str) -> Counter[str]:
    return Counter(_WORD.findall(text.lower()))


def _signs(text: str) -> str:
    return _SIGN.sub("", text).upper()
