import io
from collections.abc import Iterator

import numpy as np
import pytest
from PIL import Image

from darkroom.reports.contact_sheet import Tile, contact_sheet, tile_of, worth_showing
from darkroom.reports.marks import Mark, Marks
from darkroom.results import PhotoResult, StageFailure

GREEN = (40, 160, 60)


def encoded(colour: tuple[int, int, int] = GREEN, size: tuple[int, int] = (90, 90)) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", size, colour).save(buffer, "PNG")
    return buffer.getvalue()


def opened(sheet: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(sheet))
    assert image.format == "JPEG"
    return image


def near(image: Image.Image, at: tuple[int, int], colour: tuple[int, int, int]) -> bool:
    pixel = image.getpixel(at)
    assert isinstance(pixel, tuple)
    return all(abs(seen - meant) < 30 for seen, meant in zip(pixel, colour, strict=True))


def result(name: str, outcome: str) -> PhotoResult:
    return PhotoResult(batch="b", photo_id=name, filename=name, uri=name, outcome=outcome)


@pytest.mark.parametrize(
    ("outcome", "frame"),
    [("rejected", (217, 142, 4)), ("failed", (200, 50, 43)), ("done", (230, 230, 226))],
)
def test_the_frame_tells_the_outcome(outcome: str, frame: tuple[int, int, int]) -> None:
    """Rejected photos stand in amber, failed ones in red, others in no frame."""
    sheet = opened(contact_sheet([Tile("a.jpg", outcome, "why", encoded())]))

    assert near(sheet, (14, 60), frame)
    assert near(sheet, (12 + 75, 12 + 75), GREEN)


def test_what_was_found_is_outlined() -> None:
    """Without tags, for which there is no room."""
    marks = Marks(90, [], [], [Mark([(20, 20), (70, 20), (70, 70), (20, 70)], "car", "#0000ff")])
    plain, marked = (
        opened(contact_sheet([Tile("a.jpg", "done", "", encoded(), each)]))
        for each in (None, marks)
    )

    assert near(plain, (12 + 30 + 45, 12 + 30 + 20), GREEN)
    assert not near(marked, (12 + 30 + 45, 12 + 30 + 20), GREEN)
    assert near(marked, (12 + 30 + 45, 12 + 30 + 45), GREEN)


@pytest.mark.parametrize("image", [None, b"", b"not an image", encoded()[:60]])
def test_a_photo_without_a_rendition_has_a_placeholder(image: bytes | None) -> None:
    """A missing or damaged rendition leaves a gray card, and the sheet is made."""
    sheet = opened(contact_sheet([Tile("a.jpg", "failed", "Timeout", image)]))

    assert near(sheet, (30, 30), (230, 230, 226))


def test_noisy_photos_keep_to_the_bound_of_bytes() -> None:
    """The worst pictures to compress still make a sheet that fits in a page."""
    rng = np.random.default_rng(1)

    def tiles() -> Iterator[Tile]:
        for number in range(36):
            noise = Image.fromarray(rng.integers(0, 256, (150, 150, 3), np.uint8))
            buffer = io.BytesIO()
            noise.save(buffer, "PNG", compress_level=0)
            yield Tile(f"{number}.jpg", "done", "", buffer.getvalue())

    assert len(contact_sheet(tiles())) <= 100_000


def test_no_more_tiles_are_taken_than_shown() -> None:
    """A generator of tiles is not asked for renditions that nobody will see."""
    taken: list[int] = []

    def tiles() -> Iterator[Tile]:
        for number in range(10):
            taken.append(number)
            yield Tile("a.jpg", "done")

    contact_sheet(tiles(), max_tiles=3)

    assert taken == [0, 1, 2]


def test_an_empty_batch_has_an_empty_sheet() -> None:
    """No photo is no error."""
    assert opened(contact_sheet([])).size == (174, 12)


def test_names_of_any_script_and_length_are_drawn() -> None:
    """Letters that the font lacks, controls and long names cannot break the sheet."""
    names = ["Übung.jpg", "照片.jpg", "a\x00\u202eb.jpg", "x" * 5000 + ".jpg", "", "…"]

    sheet = opened(contact_sheet([Tile(name, "rejected", name) for name in names]))

    assert sheet.size == (6 * 162 + 12, 186 + 24)


def test_troubled_photos_are_shown_first_in_the_order_of_the_batch() -> None:
    """When a batch does not fit, failed photos are kept before rejected, before sound ones."""
    results = [
        result("1", "done"),
        result("2", "rejected"),
        result("3", "done"),
        result("4", "failed"),
        result("5", "rejected"),
    ]

    assert [shown.photo_id for shown in worth_showing(results, 2)] == ["2", "4"]
    assert [shown.photo_id for shown in worth_showing(results, 4)] == ["1", "2", "4", "5"]


def test_a_tile_says_why() -> None:
    """The note is the first failure's type, else the reasons of the rejection."""
    failure = StageFailure(
        stage="photos", error_type="NotFound", message="m", attempts=1, retryable=False
    )
    rejected = result("a", "rejected").model_copy(update={"reasons": ["blurry", "dark"]})
    failed = rejected.model_copy(update={"outcome": "failed", "failures": [failure]})

    assert tile_of(rejected, b"x") == Tile("a", "rejected", "blurry, dark", b"x")
    assert tile_of(failed, None) == Tile("a", "failed", "NotFound", None)
