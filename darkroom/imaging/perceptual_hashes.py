"""pHash and dHash: 64 bits that stay close when a photo is resized or encoded again.

Both are imagehash's own, with its defaults (hash size 8). A hash belongs to one image of a photo;
which one, `examination` says. What they would be of the photo mirrored or turned follows from one
DCT, as PDQ's do: https://github.com/facebook/ThreatExchange/tree/main/pdq
"""

from collections.abc import Sequence
from dataclasses import dataclass

import imagehash
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from darkroom.imaging.ring_hashes import ring_hashes
from darkroom.imaging.thumbnails import thumbnails
from darkroom.imaging.transforms import TURNS, Transform
from darkroom.recognition.looks import RingHash

MIN_DETAIL = 2.0
"""Below, a hash is made of noise. Of 171 real photos one lies below, a dim wall; PDQ leaves out its
low qualities likewise."""
_SIZE = 8
_DCT_PX = 32
_REDUCING_GAP = 6.0
"""For differences down a column: at most two bits from the exact ones, in a sixth of the time."""


@dataclass(frozen=True, slots=True)
class TurnedHashes:
    """What a photo's hashes would be if it were turned so."""

    transform: Transform
    phash: str
    dhash: str


@dataclass(frozen=True, slots=True)
class PerceptualHashes:
    phash: str
    """16 hex digits."""
    dhash: str
    """16 hex digits."""
    detail: float
    """Median magnitude of the 63 DCT coefficients behind pHash, in gray levels of 255.

    What is noise beside it makes the hash: 0 for a plain surface, above 4 for nearly all photos.
    """
    turned: Sequence[TurnedHashes]
    """By every one of `TURNS` but the first."""
    rings: Sequence[RingHash]


def perceptual_hashes(image: Image.Image) -> PerceptualHashes:
    """Expects the photo upright. It need not be RGB: imagehash itself converts to gray."""
    gray = image.convert("L")
    # What imagehash would make of it first: the hashes stay its own, and the rest starts from here.
    small, wide = thumbnails(gray, [(_DCT_PX, _DCT_PX), (_SIZE + 1, _SIZE)])
    tall = gray.resize((_SIZE, _SIZE + 1), Image.Resampling.LANCZOS, reducing_gap=_REDUCING_GAP)
    coefficients = _COSINES @ np.asarray(small, np.float64) @ _COSINES.T
    return PerceptualHashes(
        phash=str(imagehash.phash(small)),
        dhash=str(imagehash.dhash(wide)),
        detail=float(np.median(np.abs(coefficients).ravel()[1:])),
        turned=[
            TurnedHashes(
                transform, phash=_hex(above), dhash=_hex(_differences(wide, tall, transform))
            )
            for transform, above in zip(TURNS[1:], _above_median(coefficients), strict=True)
        ],
        rings=ring_hashes(gray),
    )


def _above_median(coefficients: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which coefficients are, by every one of `TURNS` but the first."""
    turned = np.stack([_turned(coefficients, transform) for transform in TURNS[1:]])
    above: NDArray[np.bool_] = turned > np.median(turned, axis=(1, 2), keepdims=True)
    return above


def _turned(coefficients: NDArray[np.float64], transform: Transform) -> NDArray[np.float64]:
    """Rows and columns are exchanged as those of the pixels are; mirroring negates the odd ones."""
    turned = coefficients * _ODD if transform.mirrored else coefficients
    for _ in range(transform.degrees // 90):
        turned = turned.T * _ODD
    return turned


def _differences(wide: Image.Image, tall: Image.Image, transform: Transform) -> NDArray[np.bool_]:
    levels = np.asarray(transform.apply(tall if transform.degrees % 180 else wide))
    return levels[:, 1:] > levels[:, :-1]


def _hex(bits: NDArray[np.bool_]) -> str:
    return np.packbits(bits).tobytes().hex()


def _cosines() -> NDArray[np.float64]:
    """The first rows of a DCT-II. All of one weight, as imagehash has them."""
    frequencies, places = np.arange(_SIZE)[:, None], np.arange(_DCT_PX)
    rows: NDArray[np.float64] = np.cos(np.pi * frequencies * (2 * places + 1) / (2 * _DCT_PX))
    rows *= np.sqrt(2 / _DCT_PX)
    return rows


_COSINES = _cosines()
_ODD = np.where(np.arange(_SIZE) % 2, -1.0, 1.0)
"""By column: what mirroring left to right does to each."""
