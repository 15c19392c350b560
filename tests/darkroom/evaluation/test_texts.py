"""Scores of reading text, on answers made up here."""

from darkroom.evaluation.texts import (
    ReadText,
    TextScore,
    expected_plates,
    expected_text,
    plates_found,
    score_texts,
)


def test_words_of_three_letters_are_found_or_misread() -> None:
    """In any case and order, each as often as it stands there; numbers and short words are not."""
    photos = [
        ReadText("receipt", "Total 9.30 to pay, total due", "TOTAL to pay 9.80 oval"),
        ReadText("blank", "", "branches"),
        ReadText("lake", None, "a 1\nsail"),
        ReadText("sky", None, " \n"),
    ]

    score = score_texts(photos)

    assert score == TextScore(words=4, found=2, read=4, unknown=2, texts=[("lake", "a 1\nsail")])
    assert (score.recall, score.precision, score.characters) == (0.5, 0.5, 6)


def test_without_known_words_there_is_no_share_of_them() -> None:
    """Nothing is divided by nothing."""
    score = score_texts([ReadText("lake", None, "")])

    assert (score.recall, score.precision, score.characters) == (None, None, 0)


def test_a_plate_is_found_in_one_line_whatever_stands_around_it() -> None:
    """Blanks, dashes and case do not count; a plate over two lines is not one."""
    plates = ["HPM9362", "AB12CD"]

    assert plates_found(plates, "BR · hpm-9362 SP") == 1
    assert plates_found(plates, "AB12\nCD") == 0


def test_what_a_manifest_expects_is_lines_a_text_or_a_word() -> None:
    """An empty text is known to be empty."""
    answers = [{"lines": ["a", "b"]}, {"text": ""}, {"word": "Exit"}, {"note": "no ground truth"}]

    assert [expected_text(each) for each in answers] == ["a\nb", "", "Exit", None]
    assert expected_plates({"plates": [{"text": "HPM9362", "xywh": [1, 2, 3, 4]}]}) == ["HPM9362"]
    assert expected_plates({}) == []
