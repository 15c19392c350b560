"""A ZIP in which only some entries are photos, through all stages."""

import zipfile
from typing import TYPE_CHECKING

from darkroom.stages.batch_tables import read_results

if TYPE_CHECKING:
    from tests.assets.conftest import Pipeline


def test_entries_are_judged_one_by_one(pipeline: "Pipeline") -> None:
    """A ZIP inside the ZIP is no photo and is not opened; the others go their way."""
    drawn = pipeline.draw("drawn", "lake.jpg", "sea.png")
    inner, path = pipeline.folder / "inner.zip", pipeline.folder / "outer.zip"
    with zipfile.ZipFile(inner, "w") as made:
        made.write(drawn / "lake.jpg", "secret.jpg")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        made.write(drawn / "lake.jpg", "lake.jpg")
        made.write(inner, "inner.zip")
        made.write(inner, "disguised.jpg")
        made.writestr("../out.jpg", b"x")
        made.writestr("bomb.jpg", bytes(2**21))
        made.write(drawn / "sea.png", "in/sea.png")
    batch = pipeline.open(path)
    pipeline.run(batch)

    assert {
        result.filename: (
            result.outcome,
            *result.reasons,
            *(failure.error_type for failure in result.failures),
        )
        for result in read_results(pipeline.adapters.tables, batch.key)
    } == {
        "lake.jpg": ("done",),
        "inner.zip": ("rejected", "not_an_image"),
        "disguised.jpg": ("rejected", "not_an_image"),
        "out.jpg": ("failed", "UnsafeArchiveEntry"),
        "bomb.jpg": ("failed", "ArchiveBomb"),
        "sea.png": ("done",),
    }
