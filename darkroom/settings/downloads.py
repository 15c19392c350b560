"""The section `downloads`."""

from pydantic import Field, NonNegativeInt, PositiveFloat, PositiveInt, field_validator

from darkroom.intake.addresses import AddressPolicy
from darkroom.settings.section import Section


class DownloadSettings(Section):
    """How photos are fetched."""

    max_concurrent_downloads: PositiveInt = Field(
        16, description="Requests in flight in one ingest step."
    )
    max_per_host: PositiveInt = Field(
        8,
        description="Requests in flight to one host in one step, at most: a host that refuses, is"
        " silent or slows down is asked less.",
    )
    max_ingest_steps: PositiveInt = Field(
        6,
        description="Ingest steps at once across all runs (pool `downloads`). As many as runs: a"
        " run starts with its ingest, and one owner's slow hosts must not hold back another's.",
    )
    max_bytes: PositiveInt = Field(
        256 * 2**20, description="Bytes of one photo; a longer body is cut off and rejected."
    )
    connect_timeout_s: PositiveFloat = Field(10, description="Seconds to connect.")
    read_timeout_s: PositiveFloat = Field(20, description="Seconds between two pieces of a body.")
    total_timeout_s: PositiveFloat = Field(
        120, description="Seconds for one attempt, body included."
    )
    max_redirects: NonNegativeInt = Field(5, description="Redirects followed.")
    max_retries: NonNegativeInt = Field(3, description="Further attempts after one that may pass.")
    retry_wait_s: PositiveFloat = Field(
        0.5, description="First back-off, doubled each time, with full jitter."
    )
    max_retry_wait_s: PositiveFloat = Field(
        30, description="Longest wait before an attempt, Retry-After included."
    )
    allow_addresses: list[str] = Field(
        [],
        description="What may be asked beside public addresses: networks (10.0.0.0/8), addresses or"
        " exact host names, the last two also with :port. Whoever writes a manifest chooses what"
        " this machine asks; inside a network that is a way to its other machines.",
    )
    user_agent: str = Field("darkroom/0.1", description="How requests introduce themselves.")

    @field_validator("allow_addresses")
    @classmethod
    def _readable(cls, allowed: list[str]) -> list[str]:
        AddressPolicy(allowed)
        return allowed
