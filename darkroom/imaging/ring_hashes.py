"""Gray levels along circles around the middle: what of a photo stays when it is tilted.

Turning a photo by any angle about its middle shifts the levels along each circle, and mirroring
reverses them. The magnitudes of their Fourier coefficients stay what they are, whatever the turn
(Fourier descriptors; the index of candidates), and shifting one pattern over the other finds the
angle (the check of each candidate).
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from darkroom.imaging.transforms import Transform
from darkroom.recognition.looks import RingHash

ANGLES = 72
RINGS = 9
PATTERN_BITS = RINGS * ANGLES
STEP_DEGREES = 360 // ANGLES
_HARMONICS = 8
_EDGE_PX = 64
_RADII = (0.12, 0.97)
"""Of the innermost and outermost circle, as shares of half the short edge."""
_SAMPLES = (3, 4)
"""Across a circle's width and along a step of its angle: their mean is one level."""
_REDUCING_GAP = 2.0
_SHAPES = (4 / 3, 3 / 4, 3 / 2, 2 / 3)
"""Width / height of the photos that cameras take."""
_FIRM_LEVELS = 2
_MIN_FIRM_SHARE = 0.5


def ring_hashes(gray: Image.Image) -> list[RingHash]:
    """Of an upright gray image; none when it has too little to see around its middle.

    A square one may have been squeezed into its shape, which makes ellipses of the circles: it is
    also looked at in each of the shapes it may have come from.
    """
    return [found for box in _boxes(gray.size) if (found := _ring_hash(gray, box)) is not None]


def align(earlier: bytes, later: bytes) -> tuple[int, Transform]:
    """Bits that differ when `earlier` is turned to fit `later` best, and how it is turned then.

    The same bits whichever of the two came first.
    """
    first, second = _unpack(earlier), _unpack(later)
    return min(
        _shift(first[:, _MIRRORED] if mirrored else first, second, mirrored=mirrored)
        for mirrored in (False, True)
    )


def _shift(
    first: NDArray[np.bool_], second: NDArray[np.bool_], *, mirrored: bool
) -> tuple[int, Transform]:
    one, other = (np.fft.rfft(np.where(bits, 1.0, -1.0)) for bits in (first, second))
    agreement = np.fft.irfft((np.conj(one) * other).sum(axis=0), ANGLES)
    differing = np.rint((PATTERN_BITS - agreement) / 2).astype(int)
    steps = int(differing.argmin())
    return int(differing[steps]), Transform(mirrored, steps * STEP_DEGREES)


def _boxes(size: tuple[int, int]) -> Iterator[tuple[float, float, float, float]]:
    """What becomes the square around the circles: left, top, right, bottom."""
    width, height = size
    edge = min(size)
    yield _centred(width, height, edge, edge)
    if width == height:
        for shape in _SHAPES:
            yield _centred(width, height, min(edge / shape, edge), min(edge * shape, edge))


def _centred(
    width: int, height: int, box_width: float, box_height: float
) -> tuple[float, float, float, float]:
    left, top = (width - box_width) / 2, (height - box_height) / 2
    return left, top, left + box_width, top + box_height


def _ring_hash(gray: Image.Image, box: tuple[float, float, float, float]) -> RingHash | None:
    small = gray.resize(
        (_EDGE_PX, _EDGE_PX), Image.Resampling.LANCZOS, box=box, reducing_gap=_REDUCING_GAP
    )
    levels = np.asarray(small, np.float64).ravel()[_PLACES].mean(axis=-1)
    above = levels - np.median(levels, axis=1, keepdims=True)
    if (np.abs(above) > _FIRM_LEVELS).mean() < _MIN_FIRM_SHARE:
        return None
    magnitudes = np.abs(np.fft.rfft(levels))[:, 1 : _HARMONICS + 1]
    rising = magnitudes[1:] > magnitudes[:-1]
    return RingHash(
        hash=int.from_bytes(np.packbits(rising).tobytes(), "big"),
        # Circle by circle from within, clockwise from the right: lighter than the circle's median.
        pattern=np.packbits(above > 0).tobytes(),
    )


def _unpack(pattern: bytes) -> NDArray[np.bool_]:
    bits = np.unpackbits(np.frombuffer(pattern, np.uint8), count=PATTERN_BITS)
    return bits.astype(bool).reshape(RINGS, ANGLES)


def _places() -> NDArray[np.intp]:
    """Which pixels make each level: circles x angles x samples."""
    across, along = _SAMPLES
    edges = np.linspace(*_RADII, RINGS + 1)
    inner, outer = edges[:-1, None], edges[1:, None]
    radii = inner + (outer - inner) * (np.arange(across) + 0.5) / across
    angles = np.arange(ANGLES)[:, None] + (np.arange(along) + 0.5) / along - 0.5
    radii, angles = radii[:, None, :, None], angles[None, :, None, :] * 2 * np.pi / ANGLES
    middle = _EDGE_PX / 2
    columns = (middle + radii * middle * np.cos(angles)).astype(np.intp)
    rows = (middle + radii * middle * np.sin(angles)).astype(np.intp)
    return (rows * _EDGE_PX + columns).reshape(RINGS, ANGLES, across * along)


_PLACES = _places()
_MIRRORED = (ANGLES // 2 - np.arange(ANGLES)) % ANGLES
"""Where each angle comes from when left and right are exchanged."""
