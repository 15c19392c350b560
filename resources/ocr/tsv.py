"""What Tesseract read, from its table of tab-separated values.

Both adapters ask for this table, so that they cannot differ in what they make of it.
"""

from collections.abc import Iterator
from itertools import groupby

from darkroom.ports import Reading
from darkroom.rows import Word

WORD_LEVEL = "5"

Line = tuple[str, ...]
"""Numbers of page, block, paragraph and line."""


def reading(table: str, *, min_word_confidence: float) -> Reading:
    """The words that are sure enough, in reading order, one line of text per printed line.

    The confidence is the mean over these words, None when there are none.
    """
    kept = [pair for pair in _words(table) if pair[1].confidence >= min_word_confidence]
    lines = groupby(kept, key=lambda pair: pair[0])
    words = [word for _, word in kept]
    return Reading(
        text="\n".join(" ".join(word.text for _, word in line) for _, line in lines),
        confidence=round(sum(word.confidence for word in words) / len(words), 4) if words else None,
        words=words,
    )


def _words(table: str) -> Iterator[tuple[Line, Word]]:
    for row in table.split("\n"):
        columns = row.split("\t", 11)
        if columns[0] != WORD_LEVEL:
            continue
        _, page, block, paragraph, line, _, left, top, width, height, confidence, text = columns
        if not text.strip():
            continue  # Tesseract reports a picture as one blank word of confidence 95
        word = Word(
            text=text.strip(),
            confidence=round(min(max(float(confidence) / 100, 0.0), 1.0), 4),
            box=[float(left), float(top), float(width), float(height)],
        )
        yield (page, block, paragraph, line), word
