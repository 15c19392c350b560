"""Codes on a photo, and its unique ID."""

from pydantic import Field

from darkroom.rows.row import Part, Row


class Code(Part):
    symbology: str
    text: str
    polygon: list[list[float]]
    look: str = "plain"
    """Which look found it: plain, or the further one of `darkroom/recognition/code_ladder.py`."""


class NamedGroup(Part):
    """What a named group of a pattern matched."""

    name: str
    text: str


class UniqueIdCandidate(Part):
    """A place where a pattern found a unique ID."""

    id: str
    pattern: str
    """Its name or, without one, itself."""
    source: str
    """code or text."""
    symbology: str | None = None
    polygon: list[list[float]] = Field(default_factory=list)
    """Of the code."""
    boxes: list[list[float]] = Field(default_factory=list)
    """Of the words in the text."""
    groups: list[NamedGroup] = Field(default_factory=list)


class CodeRow(Row):
    codes: list[Code] = Field(default_factory=list)
    unique_id: str | None = None
    """What all candidates agree on."""
    unique_id_source: str | None = None
    """code or text: where it was found first."""
    unique_id_candidates: list[UniqueIdCandidate] = Field(default_factory=list)
