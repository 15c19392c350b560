"""Photos with what was found on them."""

import io

from PIL import Image

from darkroom.reports.findings_picture import Marked, findings_picture, stacked
from darkroom.reports.marks import Mark, Marks

CARD, OBJECT, NAVY = (230, 230, 226), (255, 176, 0), (0, 0, 128)
MARKS = Marks(100, [], [], [Mark([(10, 10), (90, 10), (90, 40), (10, 40)], "car", "#ffb000")])


def photo(*size: int) -> Marked:
    buffer = io.BytesIO()
    Image.new("RGB", size, NAVY).save(buffer, "PNG")
    return Marked("a.jpg", MARKS, buffer.getvalue())


def test_photos_stand_in_two_columns() -> None:
    """As high as each row needs; what was found is drawn in."""
    picture = findings_picture([photo(400, 200), photo(200, 400), photo(400, 200)], edge_px=200)

    assert picture.size == (2 * 216 + 16, 16 + (200 + 44 + 16) + (100 + 44 + 16))
    assert picture.getpixel((16 + 100, 16 + 44 + 20)) == OBJECT
    assert picture.getpixel((16 + 100, 16 + 44 + 50)) == NAVY


def test_a_small_photo_is_enlarged() -> None:
    """Tags would hide it."""
    assert findings_picture([photo(20, 10)], edge_px=200).size == (232, 176)


def test_a_missing_rendition_leaves_an_empty_card() -> None:
    """It may have been forgotten since."""
    picture = findings_picture([Marked("a.jpg", MARKS, None)], edge_px=200)

    assert picture.getpixel((30, 80)) == CARD


def test_pictures_stand_one_above_the_other() -> None:
    """As wide as the widest."""
    picture = stacked([Image.new("RGB", (10, 20), "red"), Image.new("RGB", (30, 5), "blue")])

    assert picture.size == (30, 25)
    assert [picture.getpixel(at) for at in ((5, 5), (25, 22))] == [(255, 0, 0), (0, 0, 255)]
