"""What all rows are made of."""

from pydantic import BaseModel, ConfigDict

from darkroom.outcomes import Failure, Outcome

STRICT = ConfigDict(extra="forbid")


class Part(BaseModel):
    """A frozen value inside a row.

    What a photo has many of is a dataclass instead, which takes a quarter of the memory.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")


class PhotoPart(Part):
    """Something said of one photo of a batch."""

    photo_id: str
    """Stable and unique inside its batch."""


class Row(PhotoPart):
    """What every stage says of a photo."""

    outcome: Outcome
    failure: Failure | None = None
    inputs: str
    """Digest of everything the row was made from: inputs, settings, code version."""
    seconds: float = 0.0
    """Work on this photo, in all processes."""


class WholeRow(Row):
    """A row of a stage that is made of all that is known of a batch."""

    batch_inputs: str | None = None
    """Digest of everything the whole table was made from: all tables before it, settings, code
    version. While it is the same, no photo need be looked at. None where one of them failed."""
