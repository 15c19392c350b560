"""Scores of reading codes, on answers made up here."""

from darkroom.evaluation.codes import CodeScore, ReadCodes, expected_code, score_codes


def test_photos_are_right_missed_wrong_or_falsely_read() -> None:
    """Texts count letter by letter, but for line breaks at the end."""
    photos = [
        ReadCodes("right", "A\r\n", ["A", "A\n"]),
        ReadCodes("missed", "B", []),
        ReadCodes("misread", "C", ["c"]),
        ReadCodes("right and more", "D", ["D", "noise"]),
        ReadCodes("empty", None, []),
        ReadCodes("invented", None, ["E"]),
    ]

    assert score_codes(photos) == CodeScore(
        readable=4,
        right=2,
        missed=["missed", "misread"],
        wrong=[("misread", "c"), ("right and more", "noise")],
        empty=2,
        false=[("invented", "E")],
    )


def test_a_second_code_that_several_photos_show_is_no_misreading() -> None:
    """A book's price stands beside its number; where only that is read, the number is missed."""
    photos = [
        ReadCodes("both", "book", ["book", "price"]),
        ReadCodes("second", "book", ["price"]),
        ReadCodes("other book", "another", ["price"]),
    ]

    score = score_codes(photos)

    assert (score.right, score.missed) == (1, ["second", "other book"])
    assert score.wrong == [("other book", "price")]


def test_what_a_manifest_expects_is_a_qr_code_or_bars() -> None:
    """Or no code at all; an empty one counts."""
    answers = [{"qr": "a"}, {"barcode": 12}, {"qr": ""}, {"qr": None}, {"format": "PNG"}]

    assert [expected_code(each) for each in answers] == ["a", "12", "", None, None]
