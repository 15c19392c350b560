"""A reading out of words and the lines that they stand in."""

from collections.abc import Sequence
from itertools import groupby

from darkroom.ports import Reading
from darkroom.rows import Word

Line = tuple[str | int, ...]
"""What tells one printed line from the next."""


def reading_of(words: Sequence[tuple[Line, Word]], *, min_word_confidence: float) -> Reading:
    """The words that are sure enough, in reading order, one line of text per printed line.

    The confidence is the mean over these words, None when there are none.
    """
    kept = [pair for pair in words if pair[1].confidence >= min_word_confidence]
    lines = groupby(kept, key=lambda pair: pair[0])
    sure = [word for _, word in kept]
    return Reading(
        text="\n".join(" ".join(word.text for _, word in line) for _, line in lines),
        confidence=round(sum(word.confidence for word in sure) / len(sure), 4) if sure else None,
        words=sure,
    )
