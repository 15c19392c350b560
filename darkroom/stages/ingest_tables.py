"""The tables of the ingest step: four rows of each photo, made at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from darkroom.rows import HashRow, PhotoPart, PhotoRow, RenditionRow, Row, ValidationRow
from darkroom.stages.incremental import Earlier, earlier
from darkroom.storage.tables import Tables

R = TypeVar("R", bound=Row)

EXAMINED: Mapping[str, type[Row]] = {
    "validations": ValidationRow,
    "hashes": HashRow,
    "renditions": RenditionRow,
}
"""The stages that come of an examination, with the row of each."""


class IngestedPhoto(PhotoPart):
    """All that one ingest says of a photo: kept together or not at all."""

    photos: PhotoRow
    validations: ValidationRow
    hashes: HashRow
    renditions: RenditionRow

    @staticmethod
    def stages() -> Mapping[str, type[Row]]:
        """Its four stages, in their order, with the row of each."""
        return {"photos": PhotoRow, **EXAMINED}


@dataclass(frozen=True, slots=True)
class IngestTables:
    """What earlier runs left of the four tables."""

    photos: Earlier[PhotoRow] = field(default_factory=dict)
    validations: Earlier[Row] = field(default_factory=dict)
    hashes: Earlier[Row] = field(default_factory=dict)
    renditions: Earlier[Row] = field(default_factory=dict)

    def examined(self, stage: str) -> Earlier[Row]:
        """One of the three tables that come of an examination, by its stage's name."""
        tables: dict[str, Earlier[Row]] = {
            "validations": self.validations,
            "hashes": self.hashes,
            "renditions": self.renditions,
        }
        return tables[stage]


def ingest_tables(tables: Tables, batch: str, found: Sequence[IngestedPhoto]) -> IngestTables:
    """Tables and checkpoint together; a row that stands in both is the table's."""

    def of(stage: str, row: type[R]) -> Earlier[R]:
        checkpoint: list[R] = [getattr(each, stage) for each in found]
        return earlier(checkpoint, tables.read(stage, batch, row))

    return IngestTables(
        photos=of("photos", PhotoRow),
        validations=of("validations", ValidationRow),
        hashes=of("hashes", HashRow),
        renditions=of("renditions", RenditionRow),
    )


def ingest_outlines(tables: Tables, batch: str) -> IngestTables:
    """The tables alone, and of those that come of an examination what all stages say.

    A fraction of the reading, and enough to see that there is nothing to do.
    """

    def of(stage: str) -> Earlier[Row]:
        return earlier(tables.read_part(stage, batch, Row))

    return IngestTables(
        photos=earlier(tables.read("photos", batch, PhotoRow)),
        validations=of("validations"),
        hashes=of("hashes"),
        renditions=of("renditions"),
    )
