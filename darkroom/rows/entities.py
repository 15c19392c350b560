"""What was read of things that other photos show too."""

from pydantic import Field

from darkroom.rows.row import Part, Row


class EntityField(Part):
    name: str
    value: str


class EntityItem(Part):
    """Something read from a photo that can be used."""

    position: int
    """Among the items of the answer, from 0."""
    fields: list[EntityField]
    confidence: float | None


class DroppedItem(Part):
    """Something read from a photo, or one field of it, that cannot be used."""

    position: int
    field: str | None
    """None when it is no field that is at fault."""
    reason: str
    """See `darkroom.entities.cleaning.Drop`."""
    said: str
    whole: bool
    """Whether the item was dropped, or its field alone."""


class EntityRow(Row):
    """What a photo says of entities. Which ones these are stands in the records: others join in."""

    schema_name: str | None = None
    items: list[EntityItem] = Field(default_factory=list)
    dropped: list[DroppedItem] = Field(default_factory=list)
