"""The section `runs`."""

from pydantic import Field, NonNegativeInt, PositiveFloat, PositiveInt

from darkroom.settings.section import Section


class RunSettings(Section):
    """How many batches are on their way at once."""

    max_concurrent_runs: PositiveInt = Field(6, description="Runs at once under `darkroom up`.")
    max_runs_per_owner: PositiveInt = Field(
        2, description="Of one owner: nobody's import holds back another's."
    )
    max_import_runs: PositiveInt = Field(
        3, description="Batches that one `darkroom import` works on at once."
    )
    max_steps_per_run: PositiveInt = Field(
        3, description="Steps of one run at once (multiprocess executor)."
    )
    step_retries: NonNegativeInt = Field(
        5,
        description="Further attempts of a step whose store, database or disk is away or full;"
        " finished photos are kept.",
    )
    step_retry_wait_s: PositiveFloat = Field(
        2,
        description="First wait before one, in seconds; doubled each time, less up to half of it by"
        " chance.",
    )
    max_retries: NonNegativeInt = Field(
        3,
        description="Runs that a batch gets by itself after one that failed for a reason that may"
        " pass. 0: only a person runs it again.",
    )
    retry_wait_s: PositiveFloat = Field(
        60, description="Seconds before the first of them, doubled each time."
    )
    max_retry_wait_s: PositiveFloat = Field(
        3600, description="Longest wait before one: an outage of hours is looked at every hour."
    )
    observations_per_batch: NonNegativeInt = Field(
        50, description="Failed photos reported one by one; the rest stand in the table."
    )
