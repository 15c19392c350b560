"""The section `database`."""

from pydantic import Field, PositiveInt

from darkroom.settings.section import Section


class DatabaseSettings(Section):
    """Where records are written."""

    url: str | None = Field(
        None,
        description="sqlite:///… or postgresql+psycopg://…. Unset: a file in the home.",
    )
    max_concurrent_db_operations: PositiveInt = Field(
        1, description="Steps writing to the database at once, across all runs (pool `database`)."
    )
    photos_per_transaction: PositiveInt = Field(
        250, description="Photos written in one transaction."
    )
