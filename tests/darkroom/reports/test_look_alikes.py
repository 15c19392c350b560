"""What is said of a near duplicate."""

from darkroom.reports.look_alikes import distances, named
from darkroom.rows import Neighbour


def test_a_look_alike_is_named_with_what_was_done_to_it() -> None:
    """Nothing is said of one that was neither mirrored nor turned."""
    plain = Neighbour(photo="a/1", phash_distance=2, dhash_distance=5)
    tilted = Neighbour(photo="a/2", transform="mirrored rotated 30", ring_distance=33)

    assert [named(plain), named(tilted)] == ["a/1", "a/2 (mirrored rotated 30)"]
    assert [distances(plain), distances(tilted)] == [
        "pHash 2 and dHash 5 of 64 bits apart",
        "rings 33 of 648 bits apart",
    ]
