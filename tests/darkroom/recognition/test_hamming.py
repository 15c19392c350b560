"""Hashes within a radius."""

import numpy as np
import pytest

from darkroom.recognition.hamming import HammingIndex


@pytest.mark.parametrize("radius", [0, 1, 2, 5, 6, 8, 11, 12, 30])
def test_it_finds_what_a_plain_comparison_finds(radius: int) -> None:
    """Neither more nor less, each once, with its distance; the top bit is a bit like others."""
    random = np.random.default_rng(radius)
    middle = int(random.integers(0, 2**64, dtype=np.uint64))
    hashes = [middle]
    for _ in range(3_000):
        flips = random.integers(0, 64, random.integers(0, 40)).tolist()
        hashes.append(hashes[0] ^ sum({1 << flip for flip in flips}))
    plain = [
        (place, distance)
        for place, value in enumerate(hashes)
        if (distance := (value ^ middle).bit_count()) <= radius
    ]
    places, distances = HammingIndex(np.array(hashes, np.uint64), radius).near(middle)

    assert len(plain) > 1
    assert list(zip(places.tolist(), distances.tolist(), strict=True)) == plain


@pytest.mark.parametrize("radius", [6, 20])
def test_nothing_is_near_among_none(radius: int) -> None:
    """The first photo of all has nothing to be compared with."""
    places, distances = HammingIndex(np.zeros(0, np.uint64), radius).near(7)

    assert (places.tolist(), distances.tolist()) == ([], [])
