"""The section `duplicates`."""

from pydantic import Field, NonNegativeInt, PositiveInt

from darkroom.settings.section import Section


class DuplicateSettings(Section):
    """When two photos look the same: pHash and dHash are within their radius, or the rings are."""

    phash_radius: NonNegativeInt = Field(6, description="Bits of 64.")
    dhash_radius: NonNegativeInt = Field(10, description="Bits of 64.")
    ring_radius: NonNegativeInt = Field(
        100,
        description="Bits of 648 in which gray levels around the middle may differ where their"
        " hashes agree: finds photos turned by any angle. 169 real photos, turned and encoded anew,"
        " differ in at most 96.",
    )
    max_neighbours: PositiveInt = Field(
        20, description="Near duplicates listed per photo, nearest first."
    )
