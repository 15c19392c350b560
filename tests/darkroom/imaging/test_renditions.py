import hashlib
import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from darkroom.imaging.renditions import EncodedRendition, encode
from darkroom.settings import RenditionSettings


@pytest.mark.parametrize("photo_format", ["PNG", "JPEG", "WEBP"])
def test_the_same_image_gives_the_same_bytes_without_metadata(
    tmp_path: Path, photo_format: str
) -> None:
    """Encoding again is harmless, and nothing of the sender travels on."""
    image = Image.linear_gradient("L").convert("RGB")
    settings = RenditionSettings.model_validate({"format": photo_format})
    first = encode(image, settings, tmp_path)
    image.info = {"icc_profile": b"secret", "exif": b"Exif\x00\x00secret", "dpi": (72, 72)}
    image.info |= {"comment": b"secret", "xmp": b"secret", "transparency": (1, 2, 3)}
    second = encode(image, settings, tmp_path)

    data = first.path.read_bytes()
    assert first == EncodedRendition(
        path=first.path,
        sha256=hashlib.sha256(data).hexdigest(),
        format=photo_format,
        width=256,
        height=256,
        bytes=len(data),
    )
    assert second.sha256 == first.sha256
    assert second.path != first.path
    assert b"secret" not in data


def test_a_png_keeps_every_pixel(tmp_path: Path) -> None:
    """And weighs no more than the slow way, give or take a tenth."""
    pixels = np.random.default_rng(2).normal(128, 20, (64, 64, 3)).astype(np.uint8)
    image = Image.fromarray(pixels)
    slow = io.BytesIO()
    image.save(slow, "PNG", compress_level=6)

    kept = encode(image, RenditionSettings(), tmp_path)

    with Image.open(kept.path) as stored:
        assert np.array_equal(np.asarray(stored), pixels)
    assert kept.bytes < 1.1 * len(slow.getvalue())


def test_quality_is_heard(tmp_path: Path) -> None:
    """Less quality, fewer bytes."""
    image = Image.effect_noise((64, 64), 50).convert("RGB")
    fine, coarse = (
        encode(image, RenditionSettings(format="JPEG", quality=quality), tmp_path).bytes
        for quality in (95, 40)
    )

    assert coarse < fine
