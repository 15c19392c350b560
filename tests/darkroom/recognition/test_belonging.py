from darkroom.recognition.belonging import around, owners


def test_a_place_belongs_to_the_smallest_box_that_holds_half_of_it() -> None:
    """A plate on a car before a bus is the car's; one that lies beside them is nobody's."""
    bus, car = [0, 0, 200, 100], [10, 40, 60, 40]
    plate, half_out, mostly_out, sign = (
        [20, 60, 20, 10],
        [-10, 10, 20, 10],
        [-12, 10, 20, 10],
        [300, 0, 20, 10],
    )

    assert owners([plate, half_out, mostly_out, sign], [bus, car]) == [1, 0, None, None]


def test_what_has_no_area_belongs_to_nobody() -> None:
    """Nor do boxes without any hold something."""
    assert owners([[5, 5, 0, 10]], [[0, 0, 10, 10]]) == [None]
    assert owners([[5, 5, 2, 2]], [[5, 5, 0, 0]]) == [None]
    assert owners([[5, 5, 2, 2]], []) == [None]


def test_points_have_an_upright_box() -> None:
    """A line, along which bars are read, has one too."""
    assert around([[4, 2], [8, 1], [9, 5], [5, 6]]) == [4, 1, 5, 5]
    assert around([[4, 2], [9, 2]]) == [4, 2, 5, 1]
