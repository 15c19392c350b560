"""How many workers, and how much memory for each."""

import resource
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from darkroom.imaging.examination import ExaminationSettings, examine
from darkroom.settings import HashSettings, ValidationSettings, WorkerSettings
from darkroom.work import allotment
from darkroom.work.allotment import memory_per_worker, worker_count
from darkroom.work.control_groups import Memory
from darkroom.work.workers import Workers

MIB = 2**20
SIZE = (5000, 4000)
MEGAPIXELS = 41
"""Allowed, so that those of SIZE that take most are not refused."""


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    def has(*, cores: int, mib: int) -> None:
        monkeypatch.setattr(allotment, "usable_cores", lambda: cores)
        memory = Memory(left=mib * MIB, total=mib * MIB)
        monkeypatch.setattr(allotment, "usable_memory", lambda: memory)

    return has


@pytest.mark.parametrize(
    ("cores", "mib", "most", "count"),
    [
        (8, 16_000, None, 8),
        (8, 2_048, None, 4),
        (8, 100, None, 1),
        (1, 16_000, None, 1),
        (1, 100, 7, 7),
    ],
)
def test_workers_are_as_many_as_cores_and_memory_are_there_for(
    machine: Callable[..., None], cores: int, mib: int, most: int | None, count: int
) -> None:
    """Unless a number is set."""
    machine(cores=cores, mib=mib)
    assert worker_count(WorkerSettings(max_workers=most)) == count


@pytest.mark.parametrize(
    ("mib", "megapixels", "most", "allowed"),
    [
        (64_000, 200, None, 512 * MIB + 1_600_000_000),
        (64_000, 0.5, None, 512 * MIB + 4_000_000),
        (2_000, 200, None, 1_500 * MIB),
        (300, 200, None, 512 * MIB),
        (300, 200, 7 * MIB, 7 * MIB),
    ],
)
def test_a_worker_may_take_what_the_largest_photo_needs(
    machine: Callable[..., None], mib: int, megapixels: float, most: int | None, allowed: int
) -> None:
    """As far as the machine has it, and unless a bound is set."""
    machine(cores=2, mib=mib)
    settings = WorkerSettings(max_memory_per_worker_bytes=most)
    assert memory_per_worker(settings, megapixels=megapixels) == allowed


def most_memory(path: Path, settings: ExaminationSettings, scratch: Path) -> tuple[int, bool]:
    """Bytes that looking at a photo added to the most this process ever had."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    readable = examine(path, filename=path.name, settings=settings, scratch=scratch).readable
    return (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024, readable


@pytest.mark.parametrize(
    ("mode", "suffix", "source"),
    [
        ("RGB", "jpg", "original"),
        ("RGBA", "tif", "rendition"),
        ("I;16", "png", "rendition"),
        ("CMYK", "tif", "original"),
    ],
)
def test_no_kind_of_photo_needs_more_than_a_worker_may_take(
    tmp_path: Path, mode: str, suffix: str, source: str
) -> None:
    """The bound must not fail what the settings allow."""
    path = tmp_path / f"photo.{suffix}"
    Image.linear_gradient("L").resize(SIZE).convert("RGB" if mode == "CMYK" else "L").convert(
        mode
    ).save(path)
    settings = ExaminationSettings(
        validation=ValidationSettings(max_megapixels=MEGAPIXELS),
        hashes=HashSettings.model_validate({"hash_source": source}),
    )
    with Workers(WorkerSettings(max_workers=1), preload=["darkroom.imaging.examination"]) as one:
        taken, readable = one.call(most_memory, path, settings, tmp_path)

    assert readable
    assert taken < allotment._USUAL_BYTES / 4 + MEGAPIXELS * 1e6 * allotment._BYTES_PER_PIXEL
