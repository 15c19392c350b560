"""Circles around the middle of a photo that was turned by any angle."""

import io
from collections.abc import Callable

import pytest
from PIL import Image, ImageDraw

from darkroom.imaging.ring_hashes import PATTERN_BITS, RingHash, align, ring_hashes
from darkroom.imaging.transforms import Transform
from darkroom.samples.scenes import forest, lake

Scene = Callable[..., Image.Image]


def photo(scene: Scene = forest, size: tuple[int, int] = (480, 360)) -> Image.Image:
    return scene(size, seed=2).convert("L")


def tilted(image: Image.Image, transform: Transform) -> Image.Image:
    """In a frame of the same size, its corners cut off and black ones in their place; a JPEG."""
    if transform.mirrored:
        image = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    buffer = io.BytesIO()
    image.rotate(-transform.degrees, Image.Resampling.BICUBIC).save(buffer, "JPEG", quality=75)
    return Image.open(buffer).convert("L")


def only(image: Image.Image) -> RingHash:
    [found] = ring_hashes(image)
    return found


@pytest.mark.parametrize("scene", [forest, lake])
@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("degrees", [0, 5, 30, 90, 215])
def test_any_angle_is_found_again(scene: Scene, mirrored: bool, degrees: int) -> None:
    """The hash hardly changes, and the pattern says by how much the photo was turned."""
    transform = Transform(mirrored, degrees)
    before, after = only(photo(scene)), only(tilted(photo(scene), transform))
    differing, found = align(before.pattern, after.pattern)

    assert (before.hash ^ after.hash).bit_count() <= 8
    assert (found, differing <= 65) == (transform, True)


def test_the_way_back_is_as_far() -> None:
    """Whichever came first, the same bits differ and the angle is turned round."""
    before = only(photo())
    after = only(tilted(photo(), Transform(degrees=43)))
    there, back = align(before.pattern, after.pattern), align(after.pattern, before.pattern)

    assert there[0] == back[0]
    assert there[1].inverse == back[1] == Transform(degrees=315)


def test_other_photos_differ_in_many_bits() -> None:
    """However they are turned."""
    one, other = only(photo(forest)), only(photo(lake))

    assert align(one.pattern, other.pattern)[0] > PATTERN_BITS / 5


def test_a_photo_squeezed_into_a_square_is_known_from_its_tilted_copy() -> None:
    """One of the shapes that a square may have come from fits."""
    squeezed = ring_hashes(photo().resize((300, 300), Image.Resampling.LANCZOS))
    after = only(tilted(photo(), Transform(degrees=30)))
    nearest = min(align(each.pattern, after.pattern) for each in squeezed)

    assert (len(squeezed), nearest[1], nearest[0] <= 65) == (5, Transform(degrees=30), True)


def test_an_empty_middle_has_no_rings() -> None:
    """Nor does a picture of circles: along each of them nothing changes."""
    page = Image.new("L", (480, 360), "white")
    ImageDraw.Draw(page).text((5, 5), "This is a test", "black")
    target = Image.new("L", (480, 360))
    ImageDraw.Draw(target).ellipse((140, 80, 340, 280), "white")

    assert ring_hashes(page) == ring_hashes(target) == []
