"""One reading out of several of the same image: what one look missed, another may have seen."""

from darkroom.ports import Reading
from darkroom.rows import Word

_SAME_PLACE = 0.3
"""Share of the smaller of two boxes that both cover, from which they hold the same word."""

Line = list[Word]


def merged(first: Reading, second: Reading) -> Reading:
    """Where both read something, the surer words count; the order of lines is that of `first`."""
    lines = _lines(first)
    for word in second.words:
        rivals = [other for line in lines for other in line if _overlap(word, other) > _SAME_PLACE]
        if any(other.confidence >= word.confidence for other in rivals):
            continue
        lines = [[each for each in line if each not in rivals] for line in lines]
        _insert(lines, word)
    lines = [line for line in lines if line]
    words = [word for line in lines for word in line]
    return Reading(
        text="\n".join(" ".join(word.text for word in line) for line in lines),
        confidence=round(sum(word.confidence for word in words) / len(words), 4) if words else None,
        words=words,
    )


def _lines(reading: Reading) -> list[Line]:
    """The words of each line of text; a word may have blanks inside."""
    words = iter(reading.words)
    lines = []
    for text in reading.text.split("\n") if reading.words else []:
        line: Line = []
        while " ".join(word.text for word in line) != text:
            line.append(next(words))
        lines.append(line)
    return lines


def _insert(lines: list[Line], word: Word) -> None:
    """Into the line at its height, else as a line of its own above the first that is lower."""
    left, top, _, height = word.box
    middle = top + height / 2
    for line in lines:
        if any(other.box[1] < middle < other.box[1] + other.box[3] for other in line):
            place = next((n for n, other in enumerate(line) if other.box[0] > left), len(line))
            line.insert(place, word)
            return
    below = (n for n, line in enumerate(lines) if line and line[0].box[1] > middle)
    lines.insert(next(below, len(lines)), [word])


def _overlap(one: Word, other: Word) -> float:
    left, top, width, height = one.box
    x, y, w, h = other.box
    across = min(left + width, x + w) - max(left, x)
    down = min(top + height, y + h) - max(top, y)
    if across <= 0 or down <= 0:
        return 0.0
    return across * down / min(width * height, w * h)
