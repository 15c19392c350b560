"""How imports are cut."""

import pytest

from darkroom.intake.batch_sizes import batch_sizes


@pytest.mark.parametrize(
    ("photos", "cores", "sizes"),
    [
        (0, 2, []),
        (1, 2, [1]),
        (240, 2, [240]),
        (241, 2, [81, 80, 80]),
        (1000, 2, [250] * 4),
        (800, 64, [800]),
        (2000, 64, [1000, 1000]),
    ],
)
def test_an_import_is_cut_where_overlap_pays(photos: int, cores: int, sizes: list[int]) -> None:
    """Small ones stay whole; more cores need more photos before cutting pays."""
    assert batch_sizes(photos, size="auto", cores=cores) == sizes


def test_a_size_that_is_given_is_kept() -> None:
    """The last batch holds what is left over."""
    assert batch_sizes(50, size=20, cores=2) == [20, 20, 10]
    assert batch_sizes(40, size=20, cores=2) == [20, 20]
    assert batch_sizes(5, size=5000, cores=2) == [5]
    assert batch_sizes(0, size=5, cores=2) == []


def test_no_photo_is_lost_and_no_batch_too_large() -> None:
    """For any import and machine: all photos, evenly, at most a thousand in each."""
    for photos in [*range(1, 400), 999, 1000, 1001, 54_321, 1_000_000]:
        for cores in (1, 2, 8, 64, 256):
            sizes = batch_sizes(photos, size="auto", cores=cores)
            assert sum(sizes) == photos
            assert max(sizes) <= 1000
            assert max(sizes) - min(sizes) <= 1
            assert len(sizes) != 2 or photos > 1000
