"""The section `store`."""

from pydantic import Field

from darkroom.settings.section import Section


class StoreSettings(Section):
    """Where photos, renditions, tables and reports are kept."""

    url: str | None = Field(
        None, description="A folder, or s3://bucket/prefix. Unset: <home>/store."
    )
