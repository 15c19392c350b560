"""The section `maintenance`."""

from typing import Annotated

from pydantic import Field, PositiveInt

from darkroom.settings.section import Section


class MaintenanceSettings(Section):
    """What is removed once nobody needs it. Never anything that a batch still names."""

    cron: str = Field("30 3 * * *", description="When maintenance_schedule runs, in UTC.")
    keep_unreferenced_days: Annotated[int, Field(ge=2)] = Field(
        14,
        description="Days that blobs no row names, and fetched archives no batch takes photos from,"
        " are kept. Longer than any step takes: its rows are written after its blobs.",
    )
    keep_leftovers_hours: PositiveInt = Field(
        24, description="Hours that scratch and unfinished writes of killed processes are kept."
    )
    keep_runs_days: PositiveInt = Field(
        30,
        description="Days that logs of finished runs are kept. Longer for batches that failed: what"
        " stands there is still to be read.",
    )
