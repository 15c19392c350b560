import io

import numpy as np
import pytest
from PIL import Image, ImageCms

from darkroom.imaging.colours import flatten, to_srgb


def solid(mode: str, colour: object) -> Image.Image:
    return Image.new(mode, (4, 3), colour)  # type: ignore[arg-type]  # any mode, any colour


def colour_of(image: Image.Image) -> object:
    """The one colour of an image."""
    ((_, colour),) = image.getcolors() or [(0, None)]
    return colour


def palette_image(**info: object) -> Image.Image:
    image = solid("P", 1)
    image.putpalette([0, 0, 0, 200, 100, 50])
    image.info.update(info)
    return image


def profile(name: str) -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile(name)).tobytes()  # type: ignore[arg-type]  # a literal in Pillow


def swapped_profile() -> bytes:
    """A sRGB profile whose red and green primaries changed places."""
    data = bytearray(profile("sRGB"))
    tags = {bytes(data[at : at + 4]): at for at in range(132, 132 + 12 * data[131], 12)}
    red, green = tags[b"rXYZ"] + 4, tags[b"gXYZ"] + 4
    data[red : red + 8], data[green : green + 8] = data[green : green + 8], data[red : red + 8]
    return bytes(data)


@pytest.mark.parametrize(
    ("image", "mode", "colour"),
    [
        (solid("RGB", (10, 20, 30)), "RGB", (10, 20, 30)),
        (solid("L", 90), "L", 90),
        (solid("1", 1), "L", 255),
        (solid("CMYK", (0, 255, 0, 0)), "CMYK", (0, 255, 0, 0)),
        (solid("RGBA", (0, 0, 0, 0)), "RGB", (255, 255, 255)),
        (solid("RGBA", (255, 0, 0, 128)), "RGB", (255, 127, 127)),
        (solid("LA", (0, 0)), "RGB", (255, 255, 255)),
        (palette_image(), "RGB", (200, 100, 50)),
        (palette_image(transparency=1), "RGB", (255, 255, 255)),
        (solid("I;16", 65535), "L", 255),
        (solid("I;16", 32896), "L", 128),
        (solid("I", 65535), "L", 255),
        (solid("I", 200), "L", 200),
        (solid("I", 2**31 - 1), "L", 255),
        (solid("F", 0.5), "L", 128),
        (solid("F", 200.0), "L", 200),
        (solid("F", float("nan")), "L", 0),
        (solid("YCbCr", (128, 128, 128)), "RGB", (128, 128, 128)),
        (solid("HSV", (0, 0, 255)), "RGB", (255, 255, 255)),
        (solid("LAB", (255, 128, 128)), "RGB", (254, 255, 254)),  # lcms rounds
    ],
    ids=lambda value: value.mode if isinstance(value, Image.Image) else None,
)
def test_every_mode_becomes_eight_bits_on_white(
    image: Image.Image, mode: str, colour: object
) -> None:
    """Deep values are scaled and never clipped; what is transparent shows white."""
    flat = flatten(image)

    assert (flat.mode, colour_of(flat)) == (mode, colour)


def test_negative_values_are_stretched() -> None:
    """Without a known black, the darkest value is black."""
    image = Image.fromarray(np.array([[-4, 0, 4]], np.float32))

    assert np.asarray(flatten(image)).tolist() == [[0, 128, 255]]


def test_colours_are_taken_out_of_their_profile() -> None:
    """What a profile calls red and green, sRGB calls by its own numbers."""
    red = to_srgb(solid("RGB", (255, 0, 0)), swapped_profile())

    assert red.mode == "RGB"
    assert colour_of(red) == (0, 255, 0)


def test_srgb_stays_as_it_is() -> None:
    """To the bit, with or without its profile."""
    noise = Image.fromarray(np.random.default_rng(1).integers(0, 256, (9, 9, 3)).astype(np.uint8))

    assert to_srgb(noise, profile("sRGB")).tobytes() == noise.tobytes()
    assert to_srgb(noise, None).tobytes() == noise.tobytes()


@pytest.mark.parametrize(
    "broken",
    [b"", b"not a profile", profile("sRGB")[:200], profile("LAB"), bytes(5 * 2**20)],
    ids=["empty", "text", "cut", "of another space", "huge"],
)
@pytest.mark.parametrize("image", [solid("RGB", (1, 2, 3)), solid("L", 7), solid("CMYK", 0)])
def test_a_broken_profile_is_ignored(image: Image.Image, broken: bytes) -> None:
    """A photo is not lost for its profile."""
    assert to_srgb(image, broken).tobytes() == image.convert("RGB").tobytes()


def test_inverted_ink_of_adobe_is_ink() -> None:
    """A CMYK JPEG as every program writes it keeps its colours."""
    buffer = io.BytesIO()
    solid("CMYK", (255, 0, 0, 0)).save(buffer, "JPEG", quality=100)
    with Image.open(buffer) as image:
        red, green, blue = to_srgb(flatten(image), None).getpixel((0, 0))  # type: ignore[misc]  # RGB has three

    assert (red, green > 250, blue > 250) == (0, True, True)
