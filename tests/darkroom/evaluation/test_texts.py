"""Scores of reading text, on answers made up here and on real ones."""

from pathlib import Path

import pytest

from darkroom.evaluation.corpus import read_corpus
from darkroom.evaluation.subjects.subject import AS_SET
from darkroom.evaluation.subjects.texts import Texts
from darkroom.evaluation.texts import (
    ReadText,
    TextScore,
    expected_plates,
    expected_text,
    plates_found,
    score_texts,
)
from darkroom.recognition.from_file import read_text
from darkroom.settings import OcrSettings
from resources.ocr.choice import text_reader

SHOWING_TEXT = {
    "photos/coco128_yolo__images_train2017_000000000109.jpg",
    "photos/coco128_yolo__images_train2017_000000000400.jpg",
    "photos/coco128_yolo__images_train2017_000000000415.jpg",
    "photos/metadata-extractor-i__jpg_FLIR.jpg",
    "photos/metadata-extractor-i__jpg_Issue_125.jpg",
    "photos/metadata-extractor-i__jpg_Issue_211.jpg",
    "photos/metadata-extractor-i__jpg_Issue_258_dotnet_.jpg",
    "photos/sigal__tests_sample_pictures_dir1_test1_CMB_Timeline300_no_WMAP.jpg",
}
"""Photos of the corpus with signs, dates and posters."""


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


@pytest.mark.corpus
@pytest.mark.parametrize(
    ("kind", "every", "recall", "precision"),
    [("receipt", 3, 0.85, 0.9), ("page", 3, 0.95, 0.95), ("photo", 12, None, None)],
)
def test_so_much_of_real_text_is_read(
    corpus: Path, kind: str, every: int, recall: float | None, precision: float | None
) -> None:
    """At least; and of the photos only those have text that show some."""
    reader = text_reader(OcrSettings())
    texts = Texts(
        read_corpus(corpus), {AS_SET: lambda path: read_text(path, reader).text}, engine="default"
    )
    for photo in texts.photos[kind][::every]:
        texts.look(kind, photo)

    [row] = [row for row in texts.rows() if row.kind == kind]

    assert row.photos > 0
    for name, least in (("recall", recall), ("precision", precision)):
        assert least is None or (row.figures[name] or 0) >= least
    assert {remark.partition(":")[0] for remark in row.remarks} <= SHOWING_TEXT
