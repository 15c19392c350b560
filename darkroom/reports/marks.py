"""What was found on a photo, drawn on it: boxes of objects and words, outlines of codes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Self

from PIL import Image, ImageDraw

from darkroom.reports.drawing import Font, font_of, shortened
from darkroom.results import PhotoResult

_OBJECT, _CODE, _WORD = "#ffb000", "#e0218a", "#2f7fd6"
"""Told apart with any colour vision (the middle three of the palette of IBM Design)."""
_TAG_INK = {_OBJECT: "#22252a", _CODE: "#ffffff", _WORD: "#ffffff"}
_MOST = 200
"""Of each kind: a stranger's photo may show thousands."""
_TAGGED_WORDS = 60
"""More are outlined only, or their tags would hide them."""
_TAG_PX, _WORD_TAG_PX = 14, 11
_WIDEST_TAG_PX = 260

Points = Sequence[tuple[float, float]]
Area = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Mark:
    """One finding: its outline in pixels of the upright original, and what it is."""

    outline: Points
    text: str
    colour: str


@dataclass(frozen=True, slots=True)
class Marks:
    """All findings of a photo, what matters most last, so that nothing covers it."""

    photo_width: int
    words: Sequence[Mark]
    codes: Sequence[Mark]
    objects: Sequence[Mark]

    @classmethod
    def of(cls, result: PhotoResult) -> Self | None:
        """None where nothing was found, or nobody knows how large the photo is."""
        if not result.width or not (result.words or result.codes or result.detections):
            return None
        return cls(
            result.width,
            words=[Mark(_corners(word.box), word.text, _WORD) for word in result.words[:_MOST]],
            codes=[
                Mark([(x, y) for x, y in code.polygon], f"{code.symbology}: {code.text}", _CODE)
                for code in result.codes[:_MOST]
            ],
            objects=[
                Mark(_corners(each.box), f"{each.label} {each.score:.2f}", _OBJECT)
                for each in result.detections[:_MOST]
            ],
        )

    def __str__(self) -> str:
        counts = ((self.objects, "object"), (self.codes, "code"), (self.words, "word"))
        return ", ".join(_counted(len(marks), name) for marks, name in counts if marks)


def draw_marks(image: Image.Image, marks: Marks) -> None:
    """On an upright RGB image of the whole photo, of any size; tags say what is marked."""
    draw, scale = ImageDraw.Draw(image), image.width / marks.photo_width
    for group, width_px in ((marks.words, 1), (marks.codes, 3), (marks.objects, 3)):
        for mark in group:
            _outline(draw, mark, scale, width_px)
    tags = _Tags(draw, image.size)
    for group, size_px in ((marks.objects, _TAG_PX), (marks.codes, _TAG_PX)):
        for mark in group:
            tags.put(mark, scale, font_of(size_px))
    if len(marks.words) <= _TAGGED_WORDS:
        for mark in marks.words:
            tags.put(mark, scale, font_of(_WORD_TAG_PX))


def draw_outlines(image: Image.Image, marks: Marks) -> None:
    """The same without tags and thin, for an image that is too small for them."""
    draw, scale = ImageDraw.Draw(image), image.width / marks.photo_width
    for mark in (*marks.words, *marks.codes, *marks.objects):
        _outline(draw, mark, scale, 1)


def _outline(draw: ImageDraw.ImageDraw, mark: Mark, scale: float, width_px: int) -> None:
    if points := _scaled(mark.outline, scale):
        draw.line([*points, points[0]], fill=mark.colour, width=width_px)


def _scaled(outline: Points, scale: float) -> list[tuple[float, float]]:
    return [(x * scale, y * scale) for x, y in outline]


def _corners(box: Sequence[float]) -> Points:
    if not box:
        return []
    x, y, width, height = box
    return [(x, y), (x + width, y), (x + width, y + height), (x, y + height)]


def _counted(count: int, name: str) -> str:
    return f"{count} {name}" if count == 1 else f"{count} {name}s"


class _Tags:
    """Tags beside what they name, inside the image, none over another where there is room."""

    def __init__(self, draw: ImageDraw.ImageDraw, size: tuple[int, int]) -> None:
        self._draw = draw
        self._width, self._height = size
        self._taken: list[Area] = []

    def put(self, mark: Mark, scale: float, font: Font) -> None:
        points = _scaled(mark.outline, scale)
        text = shortened(mark.text, font, min(_WIDEST_TAG_PX, self._width - 4), ending=0)
        if not points or not text:
            return
        wide, tall = round(font.getlength(text)) + 4, round(sum(font.getbbox("Ag")[1::2])) + 1
        left, top = round(min(x for x, _ in points)), round(min(y for _, y in points))
        bottom = round(max(y for _, y in points))
        places = [
            self._inside(left, y, wide, tall) for y in (top - tall, bottom, top, bottom - tall)
        ]
        area = next((each for each in places if not any(map(_meets(each), self._taken))), places[0])
        self._taken.append(area)
        self._draw.rectangle(area, fill=mark.colour)
        self._draw.text((area[0] + 2, area[1]), text, _TAG_INK[mark.colour], font)

    def _inside(self, left: int, top: int, wide: int, tall: int) -> Area:
        x = min(max(left, 0), max(self._width - wide - 1, 0))
        y = min(max(top, 0), max(self._height - tall - 1, 0))
        return x, y, x + wide, y + tall


def _meets(area: Area) -> Callable[[Area], bool]:
    def meets(other: Area) -> bool:
        across = min(area[2], other[2]) - max(area[0], other[0])
        return across > 0 and min(area[3], other[3]) > max(area[1], other[1])

    return meets
