import imagehash
import numpy as np
import pytest
from PIL import Image

from darkroom.imaging.perceptual_hashes import PerceptualHashes, perceptual_hashes


@pytest.mark.parametrize("mode", ["RGB", "L", "RGBA", "CMYK"])
def test_hashes_are_those_of_imagehash(mode: str) -> None:
    """To the bit, as 16 hex digits."""
    noise = np.random.default_rng(4).integers(0, 256, (40, 60, 3)).astype(np.uint8)
    image = Image.fromarray(noise).convert(mode)

    assert perceptual_hashes(image) == PerceptualHashes(
        phash=str(imagehash.phash(image)), dhash=str(imagehash.dhash(image))
    )


def test_a_plain_image_has_hashes_of_sixteen_digits() -> None:
    """Leading zeros are kept."""
    hashes = perceptual_hashes(Image.new("RGB", (8, 8)))

    assert (len(hashes.phash), hashes.dhash) == (16, "0" * 16)
