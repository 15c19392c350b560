from itertools import pairwise

import pytest

from darkroom.recognition.tiles import Tile, is_cut_off, merged, span, tiles_of, worth_while
from darkroom.rows import Detection


def car(score: float, *box: float, label: str = "car") -> Detection:
    return Detection(label=label, score=score, box=list(box))


def test_tiles_overlap_and_cover_the_image() -> None:
    """A fifth of an edge is shared; the outer ones end with the image."""
    assert tiles_of(180, 90, 2) == [
        Tile(0, 0, 100, 50),
        Tile(80, 0, 100, 50),
        Tile(0, 40, 100, 50),
        Tile(80, 40, 100, 50),
    ]
    assert span(2) == pytest.approx(1.8)


@pytest.mark.parametrize("size", [(1, 1), (1, 3000), (641, 427), (4000, 3000)])
@pytest.mark.parametrize("per_side", [2, 3, 8])
def test_tiles_reach_every_edge_and_leave_no_gap(size: tuple[int, int], per_side: int) -> None:
    """Whatever the shape."""
    width, height = size
    tiles = tiles_of(width, height, per_side)

    assert len(tiles) == per_side**2
    for start, length, end in (
        ([tile.left for tile in tiles], tiles[0].width, width),
        ([tile.top for tile in tiles], tiles[0].height, height),
    ):
        edges = sorted(set(start))
        assert edges[0] == 0
        assert edges[-1] + length == end
        assert all(after <= before + length for before, after in pairwise(edges))


def test_one_per_side_is_no_tile() -> None:
    """The whole view is looked at anyway."""
    assert tiles_of(100, 100, 1) == []


def test_small_photos_have_fewer_tiles() -> None:
    """A tile that has to be enlarged more than twice shows nothing new."""
    edges = (208, 374, 375, 540, 541, 4000)

    assert [worth_while(edge, 3, input_px=416) for edge in edges] == [1, 1, 2, 2, 3, 3]


@pytest.mark.parametrize(
    ("box", "cut_off"),
    [
        ([20, 20, 30, 30], False),
        ([0, 20, 30, 30], False),  # the image's own edge
        ([20, 0, 30, 30], False),
        ([69.5, 20, 30, 30], True),
        ([20, 69.5, 30, 30], True),
        ([65, 65, 30, 30], False),
    ],
)
def test_a_box_at_an_inner_edge_is_cut_off(box: list[float], cut_off: bool) -> None:
    """The first of four tiles of 100 x 100."""
    assert is_cut_off(box, Tile(0, 0, 100, 100), width=180, height=180) is cut_off


def test_the_last_tile_has_its_inner_edges_at_the_left_and_top() -> None:
    """And ends with the image."""
    last = Tile(80, 80, 100, 100)

    assert is_cut_off([0.5, 40, 30, 30], last, width=180, height=180)
    assert is_cut_off([40, 0.5, 30, 30], last, width=180, height=180)
    assert not is_cut_off([70, 70, 30, 30], last, width=180, height=180)


def test_tiles_add_what_the_whole_view_has_not() -> None:
    """Best score first."""
    whole, tile = [car(0.5, 0, 0, 50, 50)], [car(0.8, 100, 100, 9, 9), car(0.4, 200, 100, 9, 9)]

    assert merged([whole, tile], max_overlap=0.45) == [tile[0], whole[0], tile[1]]


def test_an_object_that_both_saw_stands_as_the_whole_view_saw_it() -> None:
    """However sure the tile is."""
    whole, tile = [car(0.5, 0, 0, 50, 50)], [car(0.9, 2, 2, 50, 50)]

    assert merged([whole, tile], max_overlap=0.45) == whole


def test_a_part_of_a_large_object_is_none_of_its_own() -> None:
    """It overlaps it little and lies mostly inside."""
    whole, tile = [car(0.5, 0, 0, 100, 100)], [car(0.9, -2, 40, 20, 20)]

    assert merged([whole, tile], max_overlap=0.45) == whole


def test_of_two_tiles_the_surer_one_counts() -> None:
    """Where they overlap."""
    one, other = [car(0.5, 100, 0, 20, 20)], [car(0.6, 101, 0, 20, 20)]

    assert merged([[], one, other], max_overlap=0.45) == other


def test_one_view_tells_its_own_objects_apart() -> None:
    """A motorcycle before another one stays, and so does one of another label."""
    near = [car(0.9, 0, 0, 100, 100), car(0.8, 0, 0, 40, 40)]
    bus = car(0.7, 0, 0, 100, 100, label="bus")

    assert merged([near, [bus]], max_overlap=0.45) == [*near, bus]


def test_nothing_and_nothing_is_nothing() -> None:
    """No view found anything."""
    assert merged([[], [], []], max_overlap=0.45) == []
