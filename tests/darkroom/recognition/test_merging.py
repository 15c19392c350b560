import pytest

from darkroom.ports import Reading
from darkroom.recognition.merging import merged
from darkroom.rows import Word

NOTHING = Reading(text="", confidence=None, words=[])


def word(text: str, x: float, y: float, confidence: float = 0.8) -> Word:
    return Word(text=text, confidence=confidence, box=[x, y, 50, 10])


def reading(*lines: list[Word]) -> Reading:
    words = [each for line in lines for each in line]
    return Reading(
        text="\n".join(" ".join(each.text for each in line) for line in lines),
        confidence=sum(each.confidence for each in words) / len(words),
        words=words,
    )


def test_what_one_look_missed_is_put_in_its_place() -> None:
    """In its line from left to right, or as a line of its own at its height."""
    first = reading([word("one", 0, 0), word("three", 120, 1)], [word("last", 0, 60)])
    second = reading([word("two", 60, 0)], [word("middle", 0, 30)], [word("after", 0, 90)])

    assert merged(first, second).text == "one two three\nmiddle\nlast\nafter"


@pytest.mark.parametrize(("confidence", "text"), [(0.9, "total sum"), (0.7, "tota1 sum")])
def test_of_two_words_in_one_place_the_surer_counts(confidence: float, text: str) -> None:
    """It takes the other's place, and the mean confidence follows."""
    first = reading([word("tota1", 0, 0), word("sum", 60, 0)])

    found = merged(first, reading([word("total", 2, 1, confidence)]))

    assert found.text == text
    assert found.confidence == pytest.approx((max(confidence, 0.8) + 0.8) / 2)
    assert len(found.words) == 2


def test_a_look_that_saw_nothing_changes_nothing() -> None:
    """On either side, or both."""
    page = reading([word("a b", 0, 0)], [word("c", 0, 30)])

    assert merged(page, NOTHING) == page
    assert merged(NOTHING, page) == page
    assert merged(NOTHING, NOTHING) == NOTHING
