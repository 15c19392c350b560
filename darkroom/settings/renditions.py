"""The section `renditions`."""

from typing import Annotated, Literal

from pydantic import Field, PositiveInt

from darkroom.settings.section import Section


class RenditionSettings(Section):
    """The standard form of a photo."""

    long_edge_px: PositiveInt = Field(1024, description="Fitted in a square of this edge.")
    format: Literal["PNG", "JPEG", "WEBP"] = Field("PNG", description="Encoding.")
    quality: Annotated[int, Field(ge=1, le=100)] = Field(90, description="Of JPEG and WebP.")
