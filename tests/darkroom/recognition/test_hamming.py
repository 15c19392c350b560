"""Hashes within a radius."""

import numpy as np
import pytest
from numpy.typing import NDArray

from darkroom.recognition.hamming import HammingJoin


def found(asked: NDArray[np.uint64], known: NDArray[np.uint64], radius: int) -> list[list[int]]:
    parts = list(HammingJoin(asked, radius).pairs(known))
    return sorted(
        list(pair) for columns in parts for pair in zip(*(c.tolist() for c in columns), strict=True)
    )


@pytest.mark.parametrize("radius", [0, 1, 2, 5, 6, 8, 11, 12, 30])
def test_it_finds_what_a_plain_comparison_finds(radius: int) -> None:
    """Neither more nor less, each once, with its distance; the top bit is a bit like others."""
    random = np.random.default_rng(radius)
    middle = int(random.integers(0, 2**64, dtype=np.uint64))

    def around(count: int) -> NDArray[np.uint64]:
        flips = [[]] + [
            random.integers(0, 64, random.integers(0, 20)).tolist() for _ in range(count)
        ]
        return np.array([middle ^ sum({1 << bit for bit in bits}) for bits in flips], np.uint64)

    asked, known = around(80), around(2_000)
    distances = np.bitwise_count(asked[:, None] ^ known)
    plain = [
        [*place, int(distances[*place])] for place in np.argwhere(distances <= radius).tolist()
    ]

    assert len(plain) > 1
    assert found(asked, known, radius) == plain


def test_hashes_that_are_all_alike_are_found_piece_by_piece() -> None:
    """Many more pairs than are looked at together."""
    asked, known = np.zeros(700, np.uint64), np.zeros(1_000, np.uint64)
    parts = list(HammingJoin(asked, 6).pairs(known))

    assert len(parts) > 1
    assert sum(len(places) for _, places, _ in parts) == 700_000


@pytest.mark.parametrize("radius", [6, 20])
def test_nothing_is_near_among_none(radius: int) -> None:
    """The first photo of all has nothing to be compared with, and some ask nothing."""
    nothing, one = np.zeros(0, np.uint64), np.zeros(1, np.uint64)

    assert found(one, nothing, radius) == []
    assert found(nothing, one, radius) == []
