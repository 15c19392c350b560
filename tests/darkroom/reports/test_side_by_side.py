"""A photo beside its matches."""

import io

import pytest
from PIL import Image

from darkroom.imaging.transforms import Transform
from darkroom.reports.side_by_side import Shown, side_by_side

HALF = Image.new("RGB", (400, 400), "red")
HALF.paste("blue", (0, 0, 200, 400))


def shown(image: bytes | None = None, transform: Transform | None = None) -> Shown:
    return Shown("spring/1", "pHash 2", image, transform or Transform())


@pytest.fixture
def half() -> bytes:
    """Blue on the left, red on the right."""
    buffer = io.BytesIO()
    HALF.save(buffer, "PNG")
    return buffer.getvalue()


def colours(sheet: Image.Image, places: list[tuple[int, int]]) -> list[object]:
    return [sheet.getpixel(place) for place in places]


def test_each_match_has_a_row_of_its_own(half: bytes) -> None:
    """The photo on the left, its match on the right."""
    one = side_by_side(shown(half), [shown(half)])
    two = side_by_side(shown(half), [shown(half), shown(half)])

    assert (two.width, two.height - one.height) == (one.width, one.height - 16)
    assert colours(one, [(100, 300), (400, 300), (550, 300), (830, 300)]) == [
        *[(0, 0, 255), (255, 0, 0)] * 2,
    ]


def test_a_turned_match_is_also_shown_turned_to_fit(half: bytes) -> None:
    """As it stands, then as the photo stands."""
    sheet = side_by_side(shown(half), [shown(half, Transform(mirrored=True))])

    assert colours(sheet, [(550, 300), (830, 300), (980, 300), (1260, 300)]) == [
        *[(0, 0, 255), (255, 0, 0)],
        *[(255, 0, 0), (0, 0, 255)],
    ]


def test_a_missing_rendition_leaves_an_empty_card(half: bytes) -> None:
    """The match may have been forgotten since."""
    sheet = side_by_side(shown(half), [shown(None)])

    assert sheet.getpixel((550, 300)) == (230, 230, 226)
