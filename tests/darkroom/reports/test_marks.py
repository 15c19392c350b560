"""What was found, drawn on the photo."""

import numpy as np
import pytest
from PIL import Image

from darkroom.reports.marks import Marks, draw_marks, draw_outlines
from darkroom.results import FoundObject, PhotoResult
from darkroom.rows import Code, Word

OBJECT, CODE, WORD = (255, 176, 0), (224, 33, 138), (47, 127, 214)
GRAY = (128, 128, 128)


def result(**more: object) -> PhotoResult:
    known = {"batch": "b", "photo_id": "1", "filename": "x.jpg", "uri": "u", "outcome": "done"}
    return PhotoResult.model_validate({**known, "width": 2000, "height": 1000, **more})


def marks_of(**more: object) -> Marks:
    marks = Marks.of(result(**more))
    assert marks is not None
    return marks


def car(*box: float) -> FoundObject:
    return FoundObject(label="car", score=0.814, box=list(box))


def word(text: str, *box: float) -> Word:
    return Word(text=text, confidence=0.9, box=list(box))


def canvas(width: int = 400, height: int = 200) -> Image.Image:
    return Image.new("RGB", (width, height), GRAY)


def area(image: Image.Image, colour: tuple[int, int, int]) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of all pixels of this colour, the last two included."""
    rows, columns = np.nonzero((np.asarray(image) == colour).all(axis=2))
    return int(columns.min()), int(rows.min()), int(columns.max()), int(rows.max())


def test_findings_stand_where_they_are_on_an_image_of_any_size() -> None:
    """Here a fifth of the original's; an outline and no tag where it is small."""
    image = canvas()
    draw_outlines(
        image,
        marks_of(
            detections=[car(500, 250, 1000, 500)],
            codes=[Code(symbology="QRCode", text="t", polygon=[[10, 10], [60, 10], [60, 60]])],
            words=[word("t", 1900, 900, 50, 50)],
        ),
    )

    assert area(image, OBJECT) == (100, 50, 300, 150)
    assert area(image, CODE) == (2, 2, 12, 12)
    assert area(image, WORD) == (380, 180, 390, 190)


def test_a_tag_stands_above_what_it_names() -> None:
    """Label and score of an object, at its left edge."""
    image = canvas()
    draw_marks(image, marks_of(detections=[car(500, 250, 1000, 500)]))

    left, top, right, bottom = area(image, OBJECT)
    assert (left, right, bottom) == (99, 301, 151)
    assert 25 < top < 40
    assert image.getpixel((101, 40)) == OBJECT
    assert image.getpixel((250, 40)) == GRAY


@pytest.mark.parametrize(
    "box", [(0, 0, 2000, 1000), (1990, 0, 10, 10), (0, 995, 5, 5), (-50, -50, 10, 10)]
)
def test_tags_stay_inside_the_image(box: tuple[float, ...]) -> None:
    """Whatever the place of the box, all of the tag can be read."""
    image, roomy = canvas(), canvas(1200, 600)
    draw_marks(image, marks_of(detections=[car(*box)]))
    draw_marks(roomy, marks_of(detections=[car(500, 500, 1, 1)]))
    left, _, right, _ = area(image, OBJECT)
    whole_left, _, whole_right, _ = area(roomy, OBJECT)

    assert right - left >= whole_right - whole_left - 4


def test_tags_do_not_cover_each_other_where_there_is_room() -> None:
    """Two objects at one place: one tag is above, the other below."""
    one, two = canvas(), canvas()
    draw_marks(one, marks_of(detections=[car(500, 400, 1000, 300)]))
    draw_marks(two, marks_of(detections=[car(500, 400, 1000, 300), car(500, 400, 1000, 300)]))

    assert area(two, OBJECT)[1] == area(one, OBJECT)[1]
    assert area(two, OBJECT)[3] > area(one, OBJECT)[3] + 8


def test_strangers_text_is_cut_and_obeys_nobody() -> None:
    """Long, many-lined, of other scripts, empty or without a place: one line at most."""
    image = canvas(800, 400)
    draw_marks(
        image,
        marks_of(
            codes=[
                Code(symbology="QRCode", text="x" * 5000, polygon=[[0, 500], [10, 500], [10, 510]]),
                Code(symbology="QRCode", text="nowhere", polygon=[]),
            ],
            words=[word("a\nb\x1b[2J\u202e猫", 1500, 800, 10, 10), word("", 0, 0, 1, 1)],
        ),
    )

    left, top, right, bottom = area(image, CODE)
    assert right - left < 280
    assert bottom - top < 30
    assert area(image, WORD)[3] <= 325


def test_many_words_are_only_outlined() -> None:
    """Tags would hide a page; a stranger's thousands of findings are not all drawn."""
    few, many = canvas(), canvas()
    draw_marks(few, marks_of(words=[word("word", 500, 500, 50, 20)] * 60))
    draw_marks(many, marks_of(words=[word("word", 500, 500, 50, 20)] * 5000))

    assert area(many, WORD) == (100, 100, 110, 104)
    assert area(few, WORD)[1] < 95
    assert str(marks_of(words=[word("w", 0, 0, 1, 1)] * 5000)) == "200 words"


def test_what_was_found_is_counted() -> None:
    """Objects before codes before words; nothing found is no marks."""
    code = Code(symbology="QRCode", text="t", polygon=[])

    marks = marks_of(detections=[car(0, 0, 1, 1)] * 2, codes=[code], words=[word("w", 0, 0, 1, 1)])

    assert str(marks) == "2 objects, 1 code, 1 word"
    assert Marks.of(result()) is None
    assert Marks.of(result(width=None, codes=[code])) is None
