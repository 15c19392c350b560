"""The section `web`."""

from typing import Annotated

from pydantic import Field

from darkroom.settings.section import Section


class WebSettings(Section):
    """The Dagster UI under `darkroom up`."""

    host: str = Field("127.0.0.1", description="Address to listen on; it has no login of its own.")
    port: Annotated[int, Field(ge=0, le=65535)] = Field(3000, description="Port.")
