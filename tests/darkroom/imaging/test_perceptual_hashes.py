import imagehash
import numpy as np
import pytest
from PIL import Image

from darkroom.imaging.perceptual_hashes import MIN_DETAIL, perceptual_hashes
from darkroom.imaging.transforms import TURNS
from darkroom.samples.scenes import forest


@pytest.mark.parametrize("mode", ["RGB", "L", "RGBA", "CMYK"])
def test_hashes_are_those_of_imagehash(mode: str) -> None:
    """To the bit, as 16 hex digits."""
    noise = np.random.default_rng(4).integers(0, 256, (40, 60, 3)).astype(np.uint8)
    image = Image.fromarray(noise).convert(mode)
    hashes = perceptual_hashes(image)

    assert hashes.phash == str(imagehash.phash(image))
    assert hashes.dhash == str(imagehash.dhash(image))


def test_turned_hashes_are_those_of_the_turned_image() -> None:
    """All but exactly: an image turned before it is made small differs by a few roundings."""
    image = forest((320, 240), seed=2).convert("L")
    hashes = perceptual_hashes(image)

    assert [each.transform for each in hashes.turned] == list(TURNS[1:])
    for each in hashes.turned:
        turned = each.transform.apply(image)
        assert _bits_apart(each.phash, str(imagehash.phash(turned))) <= 1
        assert _bits_apart(each.dhash, str(imagehash.dhash(turned))) <= 3


def test_turned_hashes_of_a_small_image_are_exact() -> None:
    """With nothing to be made smaller, the one DCT gives what eight would."""
    noise = np.random.default_rng(9).integers(0, 256, (32, 32)).astype(np.uint8)
    image = Image.fromarray(noise)

    assert [each.phash for each in perceptual_hashes(image).turned] == [
        str(imagehash.phash(transform.apply(image))) for transform in TURNS[1:]
    ]


def test_a_plain_image_has_hashes_of_sixteen_digits_and_no_detail() -> None:
    """Leading zeros are kept; there is nothing to compare it by."""
    hashes = perceptual_hashes(Image.new("RGB", (8, 8), "teal"))

    assert (len(hashes.phash), hashes.dhash, list(hashes.rings)) == (16, "0" * 16, [])
    assert hashes.detail == pytest.approx(0, abs=1e-9)


def test_detail_tells_a_picture_from_a_wall() -> None:
    """Grain and shade on a wall are not detail; a dark picture has some."""
    grain = np.random.default_rng(1).normal(0, 6, (240, 320))
    shade = np.linspace(100, 140, 320)[None, :]
    wall = Image.fromarray(np.clip(grain + shade, 0, 255).astype(np.uint8))
    night = forest((320, 240), seed=2).convert("L").point(lambda level: level // 6)

    assert perceptual_hashes(wall).detail < MIN_DETAIL < perceptual_hashes(night).detail


def _bits_apart(one: str, other: str) -> int:
    return (int(one, 16) ^ int(other, 16)).bit_count()
