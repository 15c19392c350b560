"""From whatever a decoder hands out to 8-bit sRGB without alpha."""

import io
from collections.abc import Iterator
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

_WHITE = (255, 255, 255)
_MAX_PROFILE_BYTES = 4 * 2**20
_PROFILE_SPACES = {"L": "GRAY", "RGB": "RGB", "CMYK": "CMYK"}
_STRIP_PIXELS = 2**20
_LATTICE_LEVELS = (0, 51, 102, 153, 204, 255)

Levels = tuple[float, float]
"""Black and white of a deep gray image, in its own values."""


def flatten(image: Image.Image, levels: Levels | None = None) -> Image.Image:
    """The image in mode L, RGB or CMYK: 8 bits, palette resolved, transparency shown on white.

    The colours stay in the space of the image's own profile; `to_srgb` takes them out of it.
    `levels` of the whole are needed for a part of a deep gray image only.
    """
    if is_deep_gray(image):
        return _eight_bits(image, levels or deep_levels(image))
    if image.has_transparency_data:
        opaque = image.convert("RGBA")
        ground = Image.new("RGB", image.size, _WHITE)
        ground.paste(opaque, mask=opaque.getchannel("A"))
        return ground
    if image.mode in _PROFILE_SPACES:
        return image
    if image.mode == "1":
        return image.convert("L")
    if image.mode == "LAB":
        return ImageCms.applyTransform(image, _lab_to_srgb()) or image
    return image.convert("RGB")


def flat_gray(image: Image.Image) -> Image.Image:
    """The flattened image in 8-bit gray, without ever holding it in colour a second time."""
    if image.mode == "L" and is_flat(image):
        return image
    levels = deep_levels(image) if is_deep_gray(image) else None
    gray = Image.new("L", image.size)
    top = 0
    for strip in strips(image):
        gray.paste(flatten(strip, levels).convert("L"), (0, top))
        top += strip.height
    return gray


def is_flat(image: Image.Image) -> bool:
    """Whether `flatten` gives back the image itself."""
    return image.mode in _PROFILE_SPACES and not image.has_transparency_data


def is_deep_gray(image: Image.Image) -> bool:
    """Whether its one channel has more than 8 bits."""
    return image.mode in ("I", "F") or image.mode.startswith("I;16")


def to_srgb(image: Image.Image, icc_profile: bytes | None) -> Image.Image:
    """An L, RGB or CMYK image as sRGB.

    Without a profile, or with one that is broken, oversized or of another colour space, L and RGB
    are taken to be sRGB already and CMYK is converted by Pillow's plain formula. The same object
    when there is nothing to convert.
    """
    if icc_profile and len(icc_profile) <= _MAX_PROFILE_BYTES:
        transform = _profile_to_srgb(icc_profile, image.mode)
        if transform is not None:
            return ImageCms.applyTransform(image, transform) or image
    return image if image.mode == "RGB" else image.convert("RGB")


def deep_levels(image: Image.Image) -> Levels:
    """What is black and what is white in a deep gray image.

    The file seldom says what its white is. It is taken to be 1 for fractions, 255 or 65535 when
    all values fit in, and otherwise the values are stretched from darkest to brightest.
    """
    if image.mode.startswith("I;16"):
        return 0.0, 65535.0
    ends = [(float(part.min()), float(part.max())) for part in map(_values, strips(image))]
    low, high = min(low for low, _ in ends), max(high for _, high in ends)
    if low >= 0:
        whites = (1.0, 255.0, 65535.0) if image.mode == "F" else (255.0, 65535.0)
        low, high = 0.0, next((white for white in whites if high <= white), high)
    return low, high


def strips(image: Image.Image, multiple: int = 1) -> Iterator[Image.Image]:
    """The image from top to bottom in pieces of a bounded number of pixels.

    The height of each but the last is divisible by `multiple`.
    """
    width, height = image.size
    rows = max(_STRIP_PIXELS // width // multiple, 1) * multiple
    for top in range(0, height, rows):
        yield image.crop((0, top, width, min(top + rows, height)))


def _values(image: Image.Image) -> NDArray[np.float32]:
    return np.nan_to_num(np.asarray(image, dtype=np.float32), posinf=0.0, neginf=0.0)


def _eight_bits(image: Image.Image, levels: Levels) -> Image.Image:
    """Deep gray scaled to 8 bits, never clipped."""
    low, high = levels
    scaled = (_values(image) - low) * (255.0 / max(high - low, 1e-9))
    return Image.fromarray(np.rint(scaled).astype(np.uint8))


@lru_cache(maxsize=8)
def _profile_to_srgb(icc_profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    """None when the profile cannot be used, or changes nothing because it is sRGB itself."""
    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(icc_profile))
        if profile.profile.xcolor_space.strip() != _PROFILE_SPACES[mode]:
            return None
        transform = ImageCms.buildTransform(
            profile, _srgb(), mode, "RGB", ImageCms.Intent.PERCEPTUAL
        )
        return None if mode == "RGB" and _changes_nothing(transform) else transform
    except (ImageCms.PyCMSError, OSError, ValueError):
        return None


def _changes_nothing(transform: ImageCms.ImageCmsTransform) -> bool:
    """Whether no colour of a lattice moves by more than one level: what rounding explains."""
    axes = np.meshgrid(*[np.array(_LATTICE_LEVELS, np.uint8)] * 3)
    colours = np.stack(axes, axis=-1).reshape(len(_LATTICE_LEVELS), -1, 3)
    converted = ImageCms.applyTransform(Image.fromarray(colours), transform)
    moved = np.abs(np.asarray(converted, np.int16) - colours.astype(np.int16))
    return int(moved.max()) <= 1


@lru_cache(maxsize=1)
def _srgb() -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


@lru_cache(maxsize=1)
def _lab_to_srgb() -> ImageCms.ImageCmsTransform:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
    return ImageCms.buildTransform(lab, _srgb(), "LAB", "RGB", ImageCms.Intent.PERCEPTUAL)
