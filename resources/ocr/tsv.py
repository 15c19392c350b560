"""What Tesseract read, from its table of tab-separated values.

Both adapters ask for this table, so that they cannot differ in what they make of it.
"""

from collections.abc import Iterator

from darkroom.ports import Reading
from darkroom.rows import Word
from resources.ocr.lines import Line, reading_of

WORD_LEVEL = "5"


def reading(table: str, *, min_word_confidence: float) -> Reading:
    """The words that are sure enough, see `reading_of`."""
    return reading_of(list(_words(table)), min_word_confidence=min_word_confidence)


def _words(table: str) -> Iterator[tuple[Line, Word]]:
    """Lines are told by the numbers of page, block, paragraph and line."""
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
