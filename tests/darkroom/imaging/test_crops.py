import numpy as np
from PIL import Image, ImageFilter

from darkroom.imaging.crops import crop_quality
from darkroom.imaging.measurements import measure
from darkroom.rows import CropQuality


def noise(width: int, height: int) -> Image.Image:
    levels = np.random.default_rng(1).integers(0, 256, (height, width, 3), dtype=np.uint8)
    return Image.fromarray(levels)


def test_a_part_is_measured_as_the_whole_would_be() -> None:
    """The rest of the photo does not count."""
    image = Image.new("RGB", (200, 100), (40, 40, 40))
    image.paste(noise(64, 48), (10, 20))
    alone = measure(noise(64, 48))

    found = crop_quality(image, [10, 20, 64, 48])

    assert found == CropQuality(
        sharpness=round(alone.sharpness, 2),
        brightest=round(alone.brightest, 4),
        darkest=round(alone.darkest, 4),
        contrast=round(alone.contrast, 4),
    )


def test_a_blurred_object_is_less_sharp_and_a_dark_one_less_bright() -> None:
    """Each by its own measure."""
    sharp = noise(100, 100)
    blurred, dark = sharp.filter(ImageFilter.GaussianBlur(3)), sharp.point(lambda level: level // 4)
    qualities = [crop_quality(image, [0, 0, 100, 100]) for image in (sharp, blurred, dark)]

    of_sharp, of_blurred, of_dark = [each for each in qualities if each is not None]
    assert of_blurred.sharpness < of_sharp.sharpness / 50
    assert of_dark.brightest < 0.3 < of_sharp.brightest


def test_what_is_too_small_is_not_measured() -> None:
    """Of a box that reaches over the edge, what is inside counts."""
    image = noise(100, 100)

    assert crop_quality(image, [10, 10, 15, 50]) is None
    assert crop_quality(image, [-30, 10, 40, 50]) is None
    assert crop_quality(image, [100, 100, 30, 30]) is None
    assert crop_quality(image, [-30, -30, 46, 46]) == crop_quality(image, [0, 0, 16, 16])
