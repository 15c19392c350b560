import io

import numpy as np
import pytest
from PIL import Image, ImageChops

from darkroom.imaging import fitting
from darkroom.imaging.colours import flatten
from darkroom.imaging.decoding import DecodedPhoto, decode, open_photo
from darkroom.imaging.fitting import fit, flat_and_fitted
from darkroom.samples.scenes import lake


def largest_difference(one: Image.Image, other: Image.Image) -> int:
    """In levels of 255, of the same pixel and channel."""
    assert (one.mode, one.size) == (other.mode, other.size)
    return int(np.asarray(ImageChops.difference(one, other)).max())


@pytest.fixture(params=["cykooz-resizer", "Pillow"])
def _by(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """By what photos are made smaller; some machines have Pillow only."""
    if request.param == "Pillow":
        monkeypatch.setattr(fitting, "resizer", None)
    else:
        pytest.importorskip("cykooz_resizer", reason="there is no cykooz-resizer for this machine")


@pytest.mark.usefixtures("_by")
@pytest.mark.parametrize(
    ("size", "fitted"),
    [
        ((2048, 1536), (1024, 768)),
        ((1536, 2048), (768, 1024)),
        ((4999, 3333), (1024, 683)),
        ((5000, 3), (1024, 1)),
        ((1025, 1), (1024, 1)),
        ((1024, 1024), (1024, 1024)),
        ((40, 30), (40, 30)),
    ],
)
@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_the_long_edge_is_fitted_and_nothing_enlarged(
    mode: str, size: tuple[int, int], fitted: tuple[int, int]
) -> None:
    """The aspect ratio stays; an edge never vanishes."""
    found = fit(Image.new(mode, size), 1024)

    assert (found.size, found.mode) == (fitted, mode)


@pytest.mark.usefixtures("_by")
def test_a_fitted_photo_looks_as_lanczos_makes_it() -> None:
    """Pillow's own is the yardstick: the same filter in arithmetic of its own."""
    photo = lake((1600, 1200), seed=1)
    same = photo.resize((1024, 768), Image.Resampling.LANCZOS)

    difference = np.asarray(ImageChops.difference(fit(photo, 1024), same))

    assert difference.mean() < 0.5
    assert np.percentile(difference, 99.9) <= 2


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
@pytest.mark.parametrize("size", [(640, 480), (1600, 1200)])
def test_a_jpeg_is_fitted_as_its_image_would_be(mode: str, size: tuple[int, int]) -> None:
    """Whatever memory its pixels lie in."""
    file = io.BytesIO()
    lake(size, seed=2).convert(mode).save(file, "JPEG")
    decoded = decode(open_photo(file.getvalue()))

    assert largest_difference(flat_and_fitted(decoded, 1024), fit(decoded.image, 1024)) == 0


@pytest.mark.parametrize("size", [(1500, 1100), (4999, 3333)])
def test_transparency_is_fitted_strip_by_strip_as_the_whole_would_be(
    size: tuple[int, int],
) -> None:
    """White shows through, also where blocks of pixels are averaged first."""
    picture = lake(size, seed=3).convert("RGBA")
    picture.putalpha(Image.linear_gradient("L").resize(size))
    decoded = DecodedPhoto(picture, orientation=1, icc_profile=None, quirk=None)

    assert largest_difference(flat_and_fitted(decoded, 1024), fit(flatten(picture), 1024)) == 0
