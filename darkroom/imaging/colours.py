"""From whatever a decoder hands out to 8-bit sRGB without alpha."""

import io
from functools import lru_cache

import numpy as np
from PIL import Image, ImageCms

_WHITE = (255, 255, 255)
_MAX_PROFILE_BYTES = 4 * 2**20
_PROFILE_SPACES = {"L": "GRAY", "RGB": "RGB", "CMYK": "CMYK"}
_LATTICE_LEVELS = (0, 51, 102, 153, 204, 255)


def flatten(image: Image.Image) -> Image.Image:
    """The image in mode L, RGB or CMYK: 8 bits, palette resolved, transparency shown on white.

    The colours stay in the space of the image's own profile; `to_srgb` takes them out of it.
    """
    if image.mode in ("I", "F") or image.mode.startswith("I;16"):
        return _eight_bits(image)
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


def to_srgb(image: Image.Image, icc_profile: bytes | None) -> Image.Image:
    """An L, RGB or CMYK image as sRGB.

    Without a profile, or with one that is broken, oversized or of another colour space, L and RGB
    are taken to be sRGB already and CMYK is converted by Pillow's plain formula.
    """
    if icc_profile and len(icc_profile) <= _MAX_PROFILE_BYTES:
        transform = _profile_to_srgb(icc_profile, image.mode)
        if transform is not None:
            return ImageCms.applyTransform(image, transform) or image
    return image.convert("RGB")


def _eight_bits(image: Image.Image) -> Image.Image:
    """Deep gray scaled to 8 bits, never clipped.

    The file seldom says what its white is. It is taken to be 1 for fractions, 255 or 65535 when
    all values fit in, and otherwise the values are stretched from darkest to brightest.
    """
    values = np.nan_to_num(np.asarray(image, dtype=np.float32), posinf=0.0, neginf=0.0)
    low, high = float(values.min()), float(values.max())
    if image.mode.startswith("I;16"):
        low, high = 0.0, 65535.0
    elif low >= 0:
        whites = (1.0, 255.0, 65535.0) if image.mode == "F" else (255.0, 65535.0)
        low, high = 0.0, next((white for white in whites if high <= white), high)
    scaled = (values - low) * (255.0 / max(high - low, 1e-9))
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
