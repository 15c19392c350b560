"""Who may look like a new photo, by hashes alone."""

from collections.abc import Sequence

import numpy as np

from darkroom.ports import KnownHashes
from darkroom.recognition.candidates import Wanted, candidates
from darkroom.recognition.looks import Look, RingHash
from darkroom.settings import DuplicateSettings

SETTINGS = DuplicateSettings(phash_radius=6, dhash_radius=10, max_neighbours=2)
BLANK = Look((0,), (0,))


def known_as(
    order: Sequence[int],
    *,
    phash: Sequence[int],
    dhash: Sequence[int],
    rings: Sequence[tuple[int, int]] = (),
) -> KnownHashes:
    return KnownHashes(
        np.array(order, np.int64),
        np.array(phash, np.uint64),
        np.array(dhash, np.uint64),
        np.array([order for order, _ in rings], np.int64),
        np.array([bits for _, bits in rings], np.uint64),
    )


def bits(count: int) -> int:
    return (1 << count) - 1


def test_both_hashes_must_be_within_their_radius() -> None:
    """One alone is not enough; the radius itself counts in; the top bit is a bit like others."""
    known = known_as(
        [1, 2, 3, 4], phash=[bits(6), bits(7), 0, 1 << 63], dhash=[bits(10), 0, bits(11), 1 << 63]
    )

    assert candidates([Wanted(BLANK, 5, set())], [known], SETTINGS) == [{1, 4}]


def test_only_earlier_ones_with_other_bytes_are_found() -> None:
    """Each photo has its own place and its own copies."""
    known = [known_as([place], phash=[0], dhash=[0]) for place in (3, 5, 8, 9)]
    wanted = [
        Wanted(BLANK, 9, {5}),
        Wanted(BLANK, 5, set()),
        Wanted(Look((-1 % 2**64,), (0,)), 9, {3}),
    ]

    assert candidates(wanted, known, SETTINGS) == [{3, 8}, {3}, set()]


def test_any_turn_or_ring_is_enough() -> None:
    """A later turn of the whole frame, or one of several rings within eight bits."""
    far = bits(64)
    known = known_as(
        [1, 2, 3], phash=[far ^ 1, 0, 0], dhash=[far, 0, 0], rings=[(2, 7), (3, bits(9))]
    )
    look = Look((bits(32), far), (bits(32), far), (RingHash(far, b""), RingHash(0, b"")))

    assert candidates([Wanted(look, 9, set())], [known], SETTINGS) == [{1, 2}]


def test_of_very_many_the_nearest_are_taken() -> None:
    """Three for each that is listed, by both distances together, then the earlier; copies more."""
    known = known_as(range(20), phash=[1] * 10 + [0] * 10, dhash=[0] * 20)
    wanted = [Wanted(BLANK, 20, set()), Wanted(BLANK, 20, {11, 12, 19})]

    assert candidates(wanted, [known], SETTINGS) == [
        {10, 11, 12, 13, 14, 15},
        {10, 13, 14, 15, 16, 17, 18},
    ]


def test_no_photo_asks_for_no_hashes() -> None:
    """What is known is not even read."""

    def known() -> list[KnownHashes]:
        raise AssertionError("read")

    assert candidates([], (each for _ in range(1) for each in known()), SETTINGS) == []
