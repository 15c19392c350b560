"""The section `deliveries`."""

from typing import Literal

from pydantic import Field, PositiveInt

from darkroom.settings.section import Section


class DeliverySettings(Section):
    """Where accepted renditions and rejected originals go."""

    url: str | None = Field(
        None, description="A folder, or s3://bucket/prefix. Unset: <home>/delivered."
    )
    enabled: bool = Field(True, description="Whether anything is delivered.")
    naming: Literal["content", "name"] = Field(
        "content", description="content: by SHA-256, each content once. name: batch/file name."
    )
    originals: bool = Field(False, description="Deliver accepted originals too.")
    max_upload_steps: PositiveInt = Field(
        2, description="Delivery steps at once across all runs (pool `uploads`)."
    )
    max_concurrent_uploads: PositiveInt = Field(8, description="Files on their way in one step.")
