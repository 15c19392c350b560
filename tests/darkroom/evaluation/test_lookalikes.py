"""Scores of finding look-alikes, on answers made up here."""

from darkroom.evaluation.lookalikes import PairScore, picture, score_pairs


def test_pairs_of_one_picture_are_found_and_others_are_listed() -> None:
    """Three photos of a picture are three pairs; a photo without a label is of no picture."""
    pictures = {"a": "lake", "b": "lake", "c": "lake", "d": "road", "e": None, "f": None}

    score = score_pairs(pictures, [("a", "b"), ("b", "c"), ("c", "d"), ("e", "f")])

    assert score == PairScore({"lake": 3}, {"lake": 2}, [("c", "d"), ("e", "f")])


def test_what_a_manifest_calls_a_picture() -> None:
    """Copies, or the same photo by other EXIF orientations."""
    answers = [{"dup_group": "a"}, {"upright_group": "b"}, {"dup_group": None}, {}]

    assert [picture(each) for each in answers] == ["a", "b", None, None]
